import { useEnvironmentName } from '@/app/useEnvironment';
import { connections } from '@/api/connections';
import { newestEvents } from '@/api/events';
import { flows } from '@/api/flows';
import { newestDone } from '@/api/runs';
import { session } from '@/api/session';
import { useQuery } from '@tanstack/react-query';

/** How far the way to the first order in the books is gone; told by what is there. */
export interface Start {
  environment: string | undefined;
  hasAccounts: boolean;
  /** The systems that are connected, by name. */
  systems: string[];
  /** Flows in force: id to title. */
  inForce: ReadonlyMap<string, string>;
  /** Flows that the server knows, in force or not: id to their newest version, if any. */
  known: ReadonlyMap<string, number | undefined>;
  /** The type of the newest event. */
  event: string | undefined;
  /** The newest run that did what its flow says. */
  run: { id: string; key: string } | undefined;
}

/** How far the way is gone; nothing while it is asked. */
export function useStart(): Start | undefined {
  const environment = useEnvironmentName();
  const isThere = { enabled: environment !== undefined };
  const who = useQuery(session).data;
  const systems = useQuery({ ...connections(environment), ...isThere }).data?.data;
  const all = useQuery({ ...flows(environment), ...isThere }).data?.data;
  const received = useQuery({ ...newestEvents(environment, 1), ...isThere }).data;
  const done = useQuery({ ...newestDone(environment), ...isThere }).data;
  if (!who) return undefined;
  if (isThere.enabled && (!systems || !all || !received || !done)) return undefined;
  const here = (all ?? []).filter((flow) =>
    flow.deployments.some((one) => one.environment === environment),
  );
  const run = done?.data[0];
  return {
    environment,
    hasAccounts: who.account != null || !who.first_run,
    systems: (systems ?? []).map((one) => one.title),
    inForce: new Map(here.map((flow) => [flow.flow, flow.title])),
    known: new Map((all ?? []).map((flow) => [flow.flow, flow.latest_version ?? undefined])),
    event: received?.data[0]?.type,
    run: run && { id: run.id, key: run.key },
  };
}

/** The steps that cannot be left out, in order, and whether each is done. */
export function needed(start: Start): { title: string; done: boolean }[] {
  return [
    { title: 'Connect the systems', done: start.systems.length > 1 },
    { title: 'Put a flow in force', done: start.inForce.size > 0 },
    { title: 'See the first event arrive', done: start.event !== undefined },
    { title: 'See it booked', done: start.run !== undefined },
  ];
}
