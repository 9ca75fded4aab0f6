import { type EventRun, event } from '@/api/events';
import { Amount } from '@/components/Amount';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Id } from '@/components/Id';
import { JsonTree } from '@/components/JsonTree';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { type ListColumn, RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Wait } from '@/components/Wait';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

const COLUMNS: readonly ListColumn<EventRun>[] = [
  { id: 'state', title: 'State', cell: (one) => <State state={one.state} /> },
  {
    id: 'run',
    title: 'Run',
    cell: (one) => (
      <Link to="/runs/$run" params={{ run: one.run }}>
        {one.flow}
      </Link>
    ),
  },
  {
    id: 'key',
    title: 'Business key',
    from: 640,
    cell: (one) => <span className="mono">{one.key}</span>,
  },
  {
    id: 'why',
    title: 'Waits for, or failed because',
    from: 900,
    cell: (one) => (one.waits ? <Wait wait={one.waits} /> : one.message),
  },
  { id: 'began', title: 'Began', align: 'right', cell: (one) => <Time at={one.began_at} /> },
];

function deliveries(count: number): string {
  if (count === 0) return 'none: it was fetched, or is our own';
  if (count === 1) return '1';
  const again = count - 1;
  return `${count}, of which ${again} ${again === 1 ? 'was a duplicate' : 'were duplicates'} and ignored`;
}

/** One event: when it came, how often, what it started, and what was in it. */
export function Event() {
  const { event: id } = useParams({ from: '/events/$event' });
  const { data, error, refetch } = useQuery(event(id));
  if (!data) {
    return (
      <Page title={`Event ${id}`}>
        {error ? (
          <ErrorView error={error} retry={() => void refetch()} />
        ) : (
          <Skeleton height={240} />
        )}
      </Page>
    );
  }
  return (
    <Page title={<span className="mono">{data.type}</span>}>
      <Facts
        facts={[
          ['State', <State key="state" state={data.state} />],
          ['Why', data.reason],
          [
            'Amount',
            data.amount_minor != null && (
              <Amount key="amount" minor={data.amount_minor} currency={data.currency} />
            ),
          ],
          ["Sender's id", <Id key="source" id={data.source_id} />],
          ['Connection', data.connection],
          [
            'Account',
            <span key="peer" className="mono">
              {data.peer}
            </span>,
          ],
          ['Occurred', <Time key="occurred" at={data.occurred_at} />],
          ['Received', <Time key="received" at={data.received_at} />],
          ['Deliveries', deliveries(data.deliveries)],
          ['Size', `${data.body_bytes} bytes`],
          ['SHA-256', <Id key="hash" id={data.body_sha256} chars={16} />],
        ]}
      />
      <RowList
        label="Runs that it started"
        list={{ error: null, refetch }}
        rows={data.runs}
        rowKey={(one) => one.run}
        empty={
          <Panel title="Runs">
            Ignored: no flow that was deployed when it came listens to{' '}
            <span className="mono">{data.type}</span>.
          </Panel>
        }
        columns={COLUMNS}
      />
      <Panel title="Payload" aside="personal data is hidden">
        {data.payload === undefined ? (
          'The payload was deleted; its hash is kept.'
        ) : (
          <JsonTree value={data.payload} open={3} />
        )}
      </Panel>
    </Page>
  );
}
