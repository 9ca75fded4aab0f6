import { useEnvironmentName } from '@/app/useEnvironment';
import { connections } from '@/api/connections';
import { type Event, events } from '@/api/events';
import { Amount } from '@/components/Amount';
import { CompletenessLine } from '@/components/CompletenessLine';
import { type Column, DataTable } from '@/components/DataTable';
import { EventBecame } from '@/components/EventBecame';
import { Filters, SearchField } from '@/components/Filters';
import { Page } from '@/components/Page';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { delivered } from '@/lib/delivered';
import { MOMENT } from '@/lib/time';
import { Select } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

const STATES = [
  { value: 'failed', label: 'Failed' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'held', label: 'Held for order' },
  { value: 'stored', label: 'Stored' },
  { value: 'running', label: 'Running' },
  { value: 'done', label: 'Done' },
  { value: 'ignored', label: 'Ignored' },
];

const COLUMNS: readonly Column<Event>[] = [
  {
    id: 'type',
    title: 'Event',
    width: 'minmax(88px, 220px)',
    cell: (event) => <span className="mono">{event.type}</span>,
  },
  {
    id: 'state',
    title: 'State',
    width: 'minmax(92px, 110px)',
    cell: (event) => <State state={event.state} />,
  },
  {
    id: 'became',
    title: 'What became of it',
    width: 'minmax(160px, 1fr)',
    from: 1100,
    cell: (event) => <EventBecame event={event} />,
  },
  {
    id: 'key',
    title: 'Business key',
    width: 'minmax(100px, 204px)',
    from: 760,
    cell: (event) => <span className="mono">{event.runs[0]?.key}</span>,
  },
  {
    id: 'amount',
    title: 'Amount',
    width: '104px',
    align: 'right',
    from: 640,
    cell: (event) =>
      event.amount_minor != null && <Amount minor={event.amount_minor} currency={event.currency} />,
  },
  {
    id: 'source',
    title: "Sender's id",
    width: '208px',
    from: 1600,
    cell: (event) => <span className="mono">{event.source_id}</span>,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    width: '92px',
    from: 1240,
    cell: (event) => delivered(event.deliveries),
  },
  {
    id: 'received',
    title: 'Received',
    width: MOMENT,
    align: 'right',
    cell: (event) => <Time at={event.received_at} />,
  },
];

/** Everything that was ever received, and what became of it, newest first. */
export function Events() {
  const environment = useEnvironmentName();
  const filter = useSearch({ from: '/events' });
  const navigate = useNavigate({ from: '/events' });
  const known = useQuery(connections(environment)).data?.data ?? [];
  const pages = useInfiniteQuery(
    events(environment, {
      connection: filter.connection,
      type: filter.type,
      state: filter.state,
      search: filter.id,
    }),
  );
  const set = (change: Partial<typeof filter>) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace: true });
  return (
    <Page title="Events" about="Everything that was received, with duplicates counted" fill>
      <CompletenessLine environment={environment} />
      <Filters>
        <Select
          aria-label="State"
          placeholder="Any state"
          data={STATES}
          value={filter.state ?? null}
          onChange={(state) => set({ state: state ?? undefined })}
          clearable
          w={150}
        />
        <Select
          aria-label="Connection"
          placeholder="Any connection"
          data={known.map(({ name }) => name)}
          value={filter.connection ?? null}
          onChange={(connection) => set({ connection: connection ?? undefined })}
          clearable
          w={160}
        />
        <SearchField
          label="Event type, whole"
          value={filter.type}
          onChange={(type) => set({ type })}
          width={200}
        />
        <SearchField
          label="Sender's id or business key"
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
          filter.connection || filter.type || filter.state || filter.id
            ? () => set({ connection: undefined, type: undefined, state: undefined, id: undefined })
            : undefined
        }
      />
    </Page>
  );
}
