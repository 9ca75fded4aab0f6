import { useEnvironmentName } from '@/app/useEnvironment';
import { connections } from '@/api/connections';
import { events } from '@/api/events';
import { flows } from '@/api/flows';
import { runs } from '@/api/runs';
import { session } from '@/api/session';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';

export interface Step {
  title: string;
  about: string;
  done: boolean;
  /** What is there already, in words. */
  found?: string | undefined;
  /** Commands of the terminal that do it. */
  command?: string;
  to: '/settings' | '/connections' | '/flows' | '/events' | '/runs' | '/books';
  label: string;
  /** It may be left out. */
  optional?: boolean;
}

/** The way to the first order that is booked. What is done is seen from what is there. */
export function useSteps(): Step[] | undefined {
  const environment = useEnvironmentName();
  const who = useQuery(session).data;
  const systems = useQuery(connections(environment)).data?.data;
  const all = useQuery(flows(environment)).data?.data;
  const received = useInfiniteQuery(events(environment, {})).data?.pages[0]?.data;
  const done = useInfiniteQuery(runs(environment, { state: 'done' })).data?.pages[0]?.data;
  if (!who || !systems || !all || !received || !done) return undefined;
  const inForce = all.filter((flow) =>
    flow.deployments.some((one) => one.environment === environment),
  );
  return [
    {
      title: 'Make an administrator',
      about: 'Until there is one, everybody on this machine may do everything.',
      done: who.account != null || !who.first_run,
      to: '/settings',
      label: 'Make the account',
      optional: true,
    },
    {
      title: 'Connect the systems',
      about:
        'The one that takes the payments and the one that keeps the books; or begin with sandboxes of both, which need no account anywhere.',
      done: systems.length > 1,
      found: systems.map((one) => one.title).join(', '),
      command: 'towpath demo --data demo',
      to: '/connections',
      label: 'New connection',
    },
    {
      title: 'Put a flow in force',
      about: 'Take a ready-made flow or build one, publish it, and deploy it here.',
      done: inForce.length > 0,
      found: inForce.map((flow) => flow.title).join(', '),
      to: '/flows',
      label: 'Choose a flow',
    },
    {
      title: 'See the first event arrive',
      about: 'Buy something in the sandbox, or send a test event to the address of the webhooks.',
      done: received.length > 0,
      found: received[0]?.type,
      to: '/events',
      label: 'See events',
    },
    {
      title: 'See it booked',
      about: 'A run did what the flow says, and the journal has its entries.',
      done: done.length > 0,
      found: done[0]?.key,
      to: '/runs',
      label: 'See runs',
    },
  ];
}
