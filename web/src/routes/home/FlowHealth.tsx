import { causes } from '@/api/deadLetters';
import { type FlowRow, flows } from '@/api/flows';
import { newestRun } from '@/api/runs';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Home.module.css';

/** So many flows are asked for their last run. */
const MOST = 20;

/** The flows of an environment: open errors, last run, and what is changed and not published yet. */
export function FlowHealth({ environment }: { environment: string | undefined }) {
  const list = useQuery(flows(environment));
  const open = useQuery(causes(environment)).data?.data ?? [];
  const shown = list.data?.data.slice(0, MOST);
  const last = useQueries({
    queries: (shown ?? []).map(({ flow }) => newestRun(environment, flow)),
  });
  const errors = (flow: string) =>
    open.filter((cause) => cause.flow === flow).reduce((sum, cause) => sum + cause.count, 0);
  const runOf = (flow: FlowRow) => last[shown?.indexOf(flow) ?? -1]?.data?.data[0];
  return (
    <section>
      <h2 className={classes.title}>
        Flows <Link to="/flows">All flows</Link>
      </h2>
      <RowList
        label="Flows"
        list={list}
        rows={shown}
        rowKey={(flow) => flow.flow}
        empty="No flows yet."
        columns={[
          {
            id: 'title',
            title: 'Flow',
            cell: (flow) => (
              <Link to="/flows/$flow" params={{ flow: flow.flow }}>
                {flow.title}
              </Link>
            ),
          },
          {
            id: 'errors',
            title: 'Open errors',
            align: 'right',
            cell: (flow) => {
              const count = errors(flow.flow);
              if (count === 0) return <span className={classes.none}>0</span>;
              return (
                <Link to="/runs" search={{ state: 'dead', flow: flow.flow }}>
                  {count}
                </Link>
              );
            },
          },
          {
            id: 'last',
            title: 'Last run',
            from: 640,
            cell: (flow) => {
              const run = runOf(flow);
              return (
                run && (
                  <Link to="/runs/$run" params={{ run: run.id }} className={classes.last}>
                    <State state={run.state} /> <Time at={run.created_at} ago />
                  </Link>
                )
              );
            },
          },
          {
            id: 'draft',
            title: 'Not published',
            from: 900,
            cell: (flow) =>
              flow.draft && (
                <>
                  by {flow.draft.changed_by}, <Time at={flow.draft.changed_at} ago />
                </>
              ),
          },
        ]}
      />
    </section>
  );
}
