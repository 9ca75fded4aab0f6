import { useEnvironmentName } from '@/app/useEnvironment';
import { flows } from '@/api/flows';
import { type Run, runs } from '@/api/runs';
import { type Column, DataTable } from '@/components/DataTable';
import { Filters, SearchField } from '@/components/Filters';
import { Page } from '@/components/Page';
import { RunWait } from '@/components/RunWait';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { MOMENT, duration } from '@/lib/time';
import { Select, VisuallyHidden } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';

const STATES = [
  { value: 'dead', label: 'Dead letter' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'retry', label: 'Tries again' },
  { value: 'parked', label: 'Parked' },
  { value: 'ready', label: 'Ready' },
  { value: 'running', label: 'Running' },
  { value: 'done', label: 'Done' },
  { value: 'covered', label: 'Covered' },
  { value: 'skipped', label: 'Skipped' },
  { value: 'cancelled', label: 'Cancelled' },
];

function took(run: Run): string {
  if (!run.ended_at) return '';
  return duration(Date.parse(run.ended_at) - Date.parse(run.created_at));
}

/** Every run, newest first. */
export function Runs() {
  const environment = useEnvironmentName();
  const filter = useSearch({ from: '/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const deployed = useQuery(flows(environment)).data?.data ?? [];
  const pages = useInfiniteQuery(
    runs(environment, { state: filter.state, flow: filter.flow, search: filter.key }),
  );
  const set = (change: Partial<typeof filter>) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace: true });
  const title = (id: string) => deployed.find((flow) => flow.flow === id)?.title ?? id;

  const columns: Column<Run>[] = [
    {
      id: 'state',
      title: 'State',
      width: '104px',
      cell: (run) => <State state={run.state} />,
    },
    { id: 'flow', title: 'Flow', width: 'minmax(80px, 190px)', cell: (run) => title(run.flow) },
    {
      id: 'key',
      title: 'Business key',
      width: 'minmax(90px, 208px)',
      from: 640,
      cell: (run) => <span className="mono">{run.key}</span>,
    },
    {
      id: 'now',
      title: 'Waits for, or failed because',
      width: 'minmax(120px, 1fr)',
      from: 900,
      cell: (run) => <RunWait run={run} />,
    },
    {
      id: 'took',
      title: 'Took',
      width: '84px',
      align: 'right',
      from: 1024,
      cell: (run) => <span className="number">{took(run)}</span>,
    },
    {
      id: 'began',
      title: 'Began',
      width: MOMENT,
      align: 'right',
      cell: (run) => <Time at={run.created_at} />,
    },
  ];

  return (
    <Page title="Runs" about="What was done about each event" fill>
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
          aria-label="Flow"
          placeholder="Any flow"
          data={deployed.map(({ flow, title }) => ({ value: flow, label: title }))}
          value={filter.flow ?? null}
          onChange={(flow) => set({ flow: flow ?? undefined })}
          clearable
          w={210}
        />
        <SearchField
          label="Business key begins with"
          value={filter.key}
          onChange={(key) => set({ key })}
        />
      </Filters>
      <DataTable
        label="Runs"
        columns={columns}
        pages={pages}
        rowKey={(run) => run.id}
        rowLink={(run, content) => (
          <Link to="/runs/$run" params={{ run: run.id }}>
            {content}
            <VisuallyHidden>: run {run.id}</VisuallyHidden>
          </Link>
        )}
        empty={{
          title: 'No runs yet',
          why: 'A run begins when an event comes in that a deployed flow listens to.',
          next: { label: 'First steps', to: '/start' },
        }}
        clearFilters={
          filter.state || filter.flow || filter.key
            ? () => set({ state: undefined, flow: undefined, key: undefined })
            : undefined
        }
      />
    </Page>
  );
}
