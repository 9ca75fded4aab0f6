import { type Letter, letters } from '@/api/deadLetters';
import { type Repair, type RepairItem, repairItems } from '@/api/repairs';
import { type Column, DataTable } from '@/components/DataTable';
import { State } from '@/components/State';
import { LETTER } from '@/components/letters/letterColumns';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';

interface Props {
  environment: string | undefined;
  fingerprint: string;
  /** The latest dry run, whose results stand beside the letters. */
  trial: Repair | undefined;
}

function Tried({ item }: { item: RepairItem | undefined }) {
  if (!item) return null;
  if (item.outcome === 'through') return <State state="done" word="Would go through" />;
  if (item.outcome === 'beyond') {
    return <State state="done" word={`Would go on past ${item.step}`} />;
  }
  const word = item.outcome === 'untried' ? 'could not be tried' : 'would fail again';
  return (
    <span title={item.because ?? undefined}>
      {word}: {item.because}
    </span>
  );
}

/** The letters of a cause, oldest first; each leads to its run, where it can be repaired alone. */
export function Letters({ environment, fingerprint, trial }: Props) {
  const pages = useInfiniteQuery(letters(environment, { fingerprint }));
  const tried = useInfiniteQuery({
    ...repairItems(trial?.id ?? '', trial?.updated_at ?? ''),
    enabled: trial !== undefined,
  });
  const shown = pages.data?.pages.reduce((sum, page) => sum + page.data.length, 0) ?? 0;
  const items = new Map(
    tried.data?.pages.flatMap((page) => page.data.map((item) => [item.run, item] as const)),
  );
  // Both lists are in the order of their runs: what is shown is covered by as many results.
  const { hasNextPage, isFetching, fetchNextPage } = tried;
  useEffect(() => {
    if (hasNextPage && !isFetching && items.size < shown) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, items.size, shown]);

  const columns: Column<Letter>[] = [
    LETTER.run,
    LETTER.amount,
    LETTER.message,
    {
      id: 'tried',
      title: 'Dry run',
      width: 'minmax(110px, 260px)',
      from: 560,
      cell: (letter) => <Tried item={items.get(letter.run)} />,
    },
    LETTER.since,
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
