import { useEnvironmentName } from '@/app/useEnvironment';
import { connections } from '@/api/connections';
import { type Event, events } from '@/api/events';
import { type Column, DataTable } from '@/components/DataTable';
import { Filters, SearchField } from '@/components/Filters';
import { Page } from '@/components/Page';
import { Time } from '@/components/Time';
import { MOMENT } from '@/lib/time';
import { Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

const COLUMNS: readonly Column<Event>[] = [
  {
    id: 'type',
    title: 'Event',
    width: 'minmax(150px, 250px)',
    cell: (event) => <span className="mono">{event.type}</span>,
  },
  {
    id: 'source',
    title: "Sender's id",
    width: 'minmax(110px, 1fr)',
    from: 640,
    cell: (event) => <span className="mono">{event.source_id}</span>,
  },
  {
    id: 'connection',
    title: 'Connection',
    width: '110px',
    from: 900,
    cell: (event) => event.connection,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    width: '128px',
    from: 768,
    cell: (event) =>
      event.deliveries > 1
        ? `${event.deliveries}, ${event.deliveries - 1} ignored`
        : event.deliveries === 1
          ? '1'
          : 'looked up',
  },
  {
    id: 'occurred',
    title: 'Occurred',
    width: MOMENT,
    align: 'right',
    from: 1024,
    cell: (event) => <Time at={event.occurred_at} />,
  },
  {
    id: 'received',
    title: 'Received',
    width: MOMENT,
    align: 'right',
    cell: (event) => <Time at={event.received_at} />,
  },
];

/** Everything that was ever received, newest first. */
export function Events() {
  const environment = useEnvironmentName();
  const filter = useSearch({ from: '/events' });
  const navigate = useNavigate({ from: '/events' });
  const known = useQuery(connections(environment)).data?.data ?? [];
  const pages = useInfiniteQuery(
    events(environment, {
      connection: filter.connection,
      type: filter.type,
      search: filter.id,
    }),
  );
  const set = (change: Partial<typeof filter>) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace: true });
  return (
    <Page title="Events" about="Everything that was received, with duplicates counted" fill>
      <Filters>
        <Select
          aria-label="Connection"
          placeholder="Any connection"
          data={known.map(({ name }) => name)}
          value={filter.connection ?? null}
          onChange={(connection) => set({ connection: connection ?? undefined })}
          clearable
          w={170}
        />
        <SearchField
          label="Event type, whole"
          value={filter.type}
          onChange={(type) => set({ type })}
          width={210}
        />
        <SearchField
          label="Sender's id begins with"
          value={filter.id}
          onChange={(id) => set({ id })}
        />
      </Filters>
      <DataTable
        label="Events"
        columns={COLUMNS}
        pages={pages}
        rowKey={(event) => event.id}
        rowLink={(event, content) => (
          <Link to="/events/$event" params={{ event: event.id }}>
            {content}
          </Link>
        )}
        empty={{
          title: 'No events yet',
          why: 'Every delivery to a connection stands here, whether a flow listens to it or not.',
          next: { label: 'First steps', to: '/start' },
        }}
        clearFilters={
          filter.connection || filter.type || filter.id
            ? () => set({ connection: undefined, type: undefined, id: undefined })
            : undefined
        }
      />
    </Page>
  );
}
