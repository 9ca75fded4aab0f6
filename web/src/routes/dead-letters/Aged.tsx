import { type Letter, letters } from '@/api/deadLetters';
import { Amount } from '@/components/Amount';
import { type Column, DataTable } from '@/components/DataTable';
import { Message } from '@/components/Message';
import { Time } from '@/components/Time';
import { MOMENT } from '@/lib/time';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

interface Props {
  environment: string | undefined;
  age: string | undefined;
  flow: string | undefined;
  onClear: () => void;
}

const COLUMNS: readonly Column<Letter>[] = [
  {
    id: 'sentence',
    title: 'What happened',
    width: 'minmax(160px, 1fr)',
    cell: (letter) => (
      <span title={letter.message}>
        <Message text={letter.sentence} />
      </span>
    ),
  },
  {
    id: 'flow',
    title: 'Flow',
    width: 'minmax(90px, 170px)',
    from: 760,
    cell: (letter) => letter.flow,
  },
  {
    id: 'amount',
    title: 'At stake',
    width: 'minmax(88px, 112px)',
    align: 'right',
    cell: (letter) => <Amount minor={letter.amount_minor} currency={letter.currency} />,
  },
  {
    id: 'since',
    title: 'Since',
    width: MOMENT,
    align: 'right',
    cell: (letter) => <Time at={letter.since} />,
  },
];

/** Open letters of one age or flow, of all causes, oldest first. */
export function Aged({ environment, age, flow, onClear }: Props) {
  const pages = useInfiniteQuery(letters(environment, { age, flow }));
  return (
    <DataTable
      label={flow ? `Dead letters of ${flow}` : 'Dead letters of this age'}
      columns={COLUMNS}
      pages={pages}
      rowKey={(letter) => letter.run}
      rowLink={(letter, content) => (
        <Link to="/runs/$run" params={{ run: letter.run }}>
          {content}
        </Link>
      )}
      empty={{ title: 'None', why: 'No open dead letter is of this age and flow.' }}
      clearFilters={onClear}
    />
  );
}
