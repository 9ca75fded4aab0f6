import { type FlowRow, flowStatistics, flows } from '@/api/flows';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { duration } from '@/lib/time';
import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Home.module.css';

/** So many flows stand here; the rest are a link away. */
const MOST = 20;

/** The flows of an environment: open errors, how long their runs take, last run, and what is changed
 * and not published yet. */
export function FlowHealth({ environment }: { environment: string | undefined }) {
  const list = useQuery(flows(environment));
  const stands = useQuery(flowStatistics(environment)).data;
  const of = new Map(stands?.data.map((own) => [own.flow, own]));
  // What fails leads.
  const errors = ({ flow }: FlowRow) => of.get(flow)?.open_errors ?? 0;
  const shown = stands && list.data?.data.toSorted((a, b) => errors(b) - errors(a)).slice(0, MOST);
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
              const count = errors(flow);
              if (count === 0) return <span className={classes.none}>0</span>;
              return (
                <Link to="/dead-letters" search={{ flow: flow.flow }}>
                  {count}
                </Link>
              );
            },
          },
          {
            id: 'p95',
            title: 'p95',
            align: 'right',
            from: 640,
            cell: ({ flow }) => {
              const own = of.get(flow);
              if (own?.p95_us == null) return <span className={classes.none}>none ended</span>;
              const about = `95 of 100 took no longer, of the ${own.runs} newest runs of this version`;
              return (
                <Tooltip label={about}>
                  <span className="number">{duration(own.p95_us / 1_000)}</span>
                </Tooltip>
              );
            },
          },
          {
            id: 'last',
            title: 'Last run',
            from: 640,
            cell: ({ flow }) => {
              const run = of.get(flow)?.last_run;
              return (
                run && (
                  <Link to="/runs/$run" params={{ run: run.run }} className={classes.last}>
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
