import { event } from '@/api/events';
import { run } from '@/api/runs';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Id } from '@/components/Id';
import { JsonTree } from '@/components/JsonTree';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { RunWait } from '@/components/RunWait';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Skeleton } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';

/** One event: when it came, how often, what it started, and what was in it. */
export function Event() {
  const { event: id } = useParams({ from: '/events/$event' });
  const { data, error, refetch } = useQuery(event(id));
  const started = useQueries({ queries: (data?.runs ?? []).map((one) => run(one)) });
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <Page title={`Event ${id}`}>
        <Skeleton height={240} />
      </Page>
    );
  }
  const runs = started.flatMap(({ data: one }) => (one ? [one] : []));
  const failed = started.find((one) => one.error);
  return (
    <Page title={<span className="mono">{data.type}</span>}>
      <Facts
        facts={[
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
          [
            'Deliveries',
            data.deliveries > 1
              ? `${data.deliveries}, of which ${data.deliveries - 1} were duplicates and ignored`
              : data.deliveries,
          ],
          ['Size', `${data.body_bytes} bytes`],
          ['SHA-256', <Id key="hash" id={data.body_sha256} chars={16} />],
        ]}
      />
      <RowList
        label="Runs that it started"
        list={failed ?? { error: null, refetch }}
        rows={runs.length === data.runs.length ? runs : undefined}
        rowKey={(one) => one.id}
        empty={
          <Panel title="Runs">
            Ignored: no flow that was deployed when it came listens to{' '}
            <span className="mono">{data.type}</span>.
          </Panel>
        }
        columns={[
          { id: 'state', title: 'State', cell: (one) => <State state={one.state} /> },
          {
            id: 'run',
            title: 'Run',
            cell: (one) => (
              <Link to="/runs/$run" params={{ run: one.id }}>
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
            cell: (one) => <RunWait run={one} />,
          },
          {
            id: 'began',
            title: 'Began',
            align: 'right',
            cell: (one) => <Time at={one.created_at} />,
          },
        ]}
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
