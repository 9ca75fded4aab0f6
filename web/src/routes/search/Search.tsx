import { useEnvironmentName } from '@/app/useEnvironment';
import { findAnything } from './find';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { State } from '@/components/State';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';

/** Whatever a person has in hand: an id, a key, a reference. */
export function Search() {
  const { q = '' } = useSearch({ from: '/search' });
  const environment = useEnvironmentName();
  const list = useQuery({
    queryKey: ['search', environment, q],
    queryFn: () => findAnything(environment, q),
    enabled: q !== '',
    meta: { live: false },
  });
  return (
    <Page
      title={q ? `Found for ${q}` : 'Search'}
      about="Runs by business key, events by the sender's id, entries by reference, and our own ids; each from its beginning"
    >
      <RowList
        label="Found"
        list={list}
        rows={q === '' ? [] : list.data}
        rowKey={(hit) => `${hit.kind} ${hit.id}`}
        empty={
          <Empty
            title={q === '' ? 'What do you look for?' : 'Nothing begins with this'}
            why="Press Ctrl K and type or paste the id of a charge, a payment, an order, a run or an event."
          />
        }
        columns={[
          { id: 'kind', title: 'What', cell: (hit) => hit.kind },
          {
            id: 'id',
            title: 'Id or key',
            cell: (hit) =>
              hit.to === 'run' ? (
                <Link to="/runs/$run" params={{ run: hit.id }} className="mono">
                  {hit.label}
                </Link>
              ) : hit.to === 'event' ? (
                <Link to="/events/$event" params={{ event: hit.id }} className="mono">
                  {hit.label}
                </Link>
              ) : (
                <Link
                  to="/books"
                  search={{ view: 'entries', reference: hit.label }}
                  className="mono"
                >
                  {hit.label}
                </Link>
              ),
          },
          { id: 'about', title: 'About', from: 640, cell: (hit) => hit.about },
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
    </Page>
  );
}
