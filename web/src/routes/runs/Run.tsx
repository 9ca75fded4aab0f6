import { RunActs } from './RunActs';
import { StepPanel } from './StepPanel';
import { Timeline } from './Timeline';
import { worked } from './steps';
import { event } from '@/api/events';
import { flows } from '@/api/flows';
import { run } from '@/api/runs';
import { EntryLines } from '@/components/EntryLines';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Amount } from '@/components/Amount';
import { Id } from '@/components/Id';
import { JsonTree } from '@/components/JsonTree';
import { LetterView } from '@/components/letters/LetterView';
import { WhatChanged } from '@/components/letters/WhatChanged';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { RunWait } from '@/components/RunWait';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { duration } from '@/lib/time';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import classes from './Run.module.css';

/** One run: its steps along time, and everything known of the step that is chosen. */
export function Run() {
  const { run: id } = useParams({ from: '/runs/$run' });
  const { step } = useSearch({ from: '/runs/$run' });
  const navigate = useNavigate({ from: '/runs/$run' });
  const { data, error, refetch } = useQuery(run(id));
  const cause = useQuery({ ...event(data?.event ?? ''), enabled: data !== undefined }).data;
  const deployed = useQuery(flows(data?.environment)).data;
  const rows = useMemo(() => (data ? worked(data) : []), [data]);

  if (!data) {
    return (
      <Page title={`Run ${id}`}>
        {error ? (
          <ErrorView error={error} retry={() => void refetch()} />
        ) : (
          <Skeleton height={240} />
        )}
      </Page>
    );
  }
  const failed = rows.find((row) => row.id === data.step);
  const chosen = rows.find((row) => row.key === step) ?? failed ?? rows.at(-1);
  const took = data.ended_at && duration(Date.parse(data.ended_at) - Date.parse(data.created_at));

  return (
    <Page
      title={
        <>
          {deployed?.data.find((flow) => flow.flow === data.flow)?.title ?? data.flow}{' '}
          <span className={classes.key}>{data.key}</span>
        </>
      }
      acts={<RunActs run={data} />}
    >
      <Facts
        facts={[
          ['State', <State key="state" state={data.state} />],
          ['Waits', !data.ended_at && <RunWait run={data} />],
          [
            'Amount',
            cause?.amount_minor != null && (
              <Amount key="amount" minor={cause.amount_minor} currency={cause.currency} strong />
            ),
          ],
          ['Began', <Time key="began" at={data.created_at} />],
          ['Took', took],
          ['Run', <Id key="run" id={data.id} />],
          [
            'Event',
            <Link key="event" to="/events/$event" params={{ event: data.event }}>
              {cause ? cause.type : data.event}
            </Link>,
          ],
          [
            'Version',
            <Link
              key="version"
              to="/flows/$flow/versions"
              params={{ flow: data.flow }}
              search={{ version: String(data.version) }}
            >
              {data.version}
            </Link>,
          ],
          [
            'Works again',
            data.replay_of && (
              <Link to="/runs/$run" params={{ run: data.replay_of }}>
                {data.replay_of}
              </Link>
            ),
          ],
        ]}
      />
      {data.dead_letter && <LetterView letter={data.dead_letter} />}
      <div className={classes.columns}>
        <div className={classes.left}>
          <Timeline
            run={data}
            rows={rows}
            selected={chosen?.key}
            onSelect={(key) =>
              void navigate({ search: (was) => ({ ...was, step: key }), replace: true })
            }
          />
          {data.entries.length > 0 && (
            <Panel title="Journal entries of this run">
              {data.entries.map((entry) => (
                <EntryLines key={entry.id} entry={entry} />
              ))}
            </Panel>
          )}
          {data.lookups && data.lookups.rows.length > 0 && (
            <Panel title="Lookup rows that it met" flush>
              <table className={classes.met}>
                <tbody>
                  {data.lookups.rows.map((row) => (
                    <tr key={`${row.table} ${row.key} ${row.at}`}>
                      <td className="mono">{row.table}</td>
                      <td className="mono">{row.key}</td>
                      <td className="number">on {row.at}</td>
                      <td>
                        {row.version != null ? (
                          `version ${row.version}`
                        ) : (
                          <span style={{ color: 'var(--bad)' }}>no such row</span>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Panel>
          )}
          {data.replay_of && <WhatChanged before={data.replay_of} now={data.event} />}
          {cause?.payload !== undefined && (
            <Panel title="What came in" aside="personal data is hidden">
              <JsonTree value={cause.payload} open={1} />
            </Panel>
          )}
        </div>
        {chosen && (
          <div className={classes.right}>
            <StepPanel run={data} row={chosen} />
          </div>
        )}
      </div>
    </Page>
  );
}
