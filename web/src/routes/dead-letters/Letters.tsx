import type { Outcome } from './trial';
import type { Letter } from '@/api/deadLetters';
import { detailsOf } from '@/api/problem';
import { Amount } from '@/components/Amount';
import { type Column, DataTable, type Pages } from '@/components/DataTable';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { verdict } from '@/lib/trial';
import { MOMENT } from '@/lib/time';
import { Link } from '@tanstack/react-router';

interface Props {
  pages: Pages<Letter>;
  outcomes: ReadonlyMap<string, Outcome>;
}

function Tried({ letter, outcome }: { letter: Letter; outcome: Outcome | undefined }) {
  if (!outcome) return null;
  if ('error' in outcome) {
    const { detail } = detailsOf(outcome.error);
    return <span title={detail}>could not be tried: {detail}</span>;
  }
  const { state, because } = outcome.trace;
  const told = verdict(outcome.trace, letter.step);
  if (told.kind === 'through') return <State state="done" word="Would go through" />;
  if (told.kind === 'beyond') return <State state="done" word={`Would go on past ${told.step}`} />;
  return (
    <span title={because ?? undefined}>
      would end {state}: {because}
    </span>
  );
}

/** The letters of a cause, oldest first; each leads to its run, where it can be repaired alone. */
export function Letters({ pages, outcomes }: Props) {
  const columns: Column<Letter>[] = [
    {
      id: 'run',
      title: 'Run',
      width: 'minmax(88px, 150px)',
      cell: (letter) => <span className="mono">{letter.run}</span>,
    },
    {
      id: 'amount',
      title: 'At stake',
      width: 'minmax(88px, 112px)',
      align: 'right',
      cell: (letter) => <Amount minor={letter.amount_minor} currency={letter.currency} />,
    },
    {
      id: 'message',
      title: 'Message',
      width: 'minmax(140px, 1fr)',
      from: 760,
      cell: (letter) => <span title={letter.message}>{letter.message}</span>,
    },
    {
      id: 'tried',
      title: 'Dry run',
      width: 'minmax(110px, 260px)',
      from: 560,
      cell: (letter) => <Tried letter={letter} outcome={outcomes.get(letter.run)} />,
    },
    {
      id: 'since',
      title: 'Since',
      width: MOMENT,
      align: 'right',
      cell: (letter) => <Time at={letter.since} />,
    },
  ];
  return (
    <DataTable
      label="Dead letters of this cause"
      columns={columns}
      pages={pages}
      rowKey={(letter) => letter.run}
      rowLink={(letter, content) => (
        <Link to="/runs/$run" params={{ run: letter.run }}>
          {content}
        </Link>
      )}
      empty={{ title: 'No open letters', why: 'All of this cause are closed.' }}
    />
  );
}
