import { useEnvironmentName } from '@/app/useEnvironment';
import { search } from '@/api/search';
import { Empty } from '@/components/Empty';
import { HitLink, kindOf } from '@/components/HitLink';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';

/** Whatever a person has in hand: an id, a key, a number, an address. */
export function Search() {
  const { q = '' } = useSearch({ from: '/search' });
  const environment = useEnvironmentName();
  const list = useInfiniteQuery({ ...search(environment, q), enabled: q !== '' });
  const pages = list.data?.pages;
  const seen = new Set<string>();
  const hits = pages
    ?.flatMap((page) => page.hits)
    .filter(({ kind, id }) => {
      const key = `${kind} ${id}`;
      return seen.has(key) ? false : seen.add(key);
    });
  const looked = pages?.reduce((sum, page) => sum + (page.looked_through?.events ?? 0), 0) ?? 0;
  const oldest = pages?.findLast((page) => page.looked_through?.oldest)?.looked_through?.oldest;
  return (
    <Page
      title={q ? `Found for ${q}` : 'Search'}
      about="Ids of all systems, business keys, order, customer and voucher numbers, and what is hidden in payloads, such as e-mail addresses"
    >
      <RowList
        label="Found"
        list={list}
        rows={q === '' ? [] : hits}
        rowKey={(hit) => `${hit.kind} ${hit.id}`}
        empty={
          <Empty
            title={q === '' ? 'What do you look for?' : 'Nothing was found'}
            why={
              q === ''
                ? 'Type or paste the id of a charge, a payment, a customer, an order, a voucher, a run or an event, or an e-mail address. Ctrl K finds from any screen.'
                : 'No run, event or entry is known by it, and it stands in none of the payloads and results that were looked through. A payload is searched for whole words of 4 characters or more.'
            }
            next={{ label: q === '' ? 'Find' : 'Find something else', act: spotlight.open }}
          />
        }
        columns={[
          { id: 'kind', title: 'What', cell: (hit) => kindOf(hit) },
          { id: 'id', title: 'Id or key', cell: (hit) => <HitLink hit={hit} /> },
          { id: 'about', title: 'About', from: 640, cell: (hit) => hit.about },
          { id: 'matched', title: 'Found as', from: 760, cell: (hit) => hit.matched },
          { id: 'state', title: 'State', cell: (hit) => hit.state && <State state={hit.state} /> },
          {
            id: 'at',
            title: 'When',
            align: 'right',
            from: 640,
            cell: (hit) => <Time at={hit.at} />,
          },
        ]}
      />
      {looked > 0 && (
        <p aria-live="polite">
          Looked through the payloads and results of the latest {looked} events
          {oldest && (
            <>
              , back to <Time at={oldest} />
            </>
          )}
          .{' '}
          {list.hasNextPage && (
            <Button
              variant="default"
              size="compact-sm"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Look further back
            </Button>
          )}
        </p>
      )}
    </Page>
  );
}
