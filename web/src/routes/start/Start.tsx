import { FirstAdmin } from './FirstAdmin';
import { ReadyFlows } from './ReadyFlows';
import { SandboxPages, StartSandboxes } from './Sandboxes';
import { needed, useStart, type Start as Begun } from './useStart';
import { type Guide, guide } from '@/api/guide';
import { LinkButton } from '@/components/LinkButton';
import { Page } from '@/components/Page';
import { Group, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Start.module.css';

/** The way from a fresh server to the first order that is booked. */
export function Start() {
  const start = useStart();
  const offers = useQuery(guide).data;
  return (
    <Page
      title="First steps"
      about="From a fresh server to the first order in the books. Leave at any time: what is done is seen from what is there"
    >
      {!start || !offers ? <Skeleton height={240} /> : <Steps start={start} offers={offers} />}
    </Page>
  );
}

interface Props {
  start: Begun;
  offers: Guide;
}

function Steps({ start, offers }: Props) {
  const [connected, inForce, arrived, booked] = needed(start).map(({ done }) => done);
  const here = offers.sandboxes?.environment === start.environment ? offers.sandboxes : undefined;
  return (
    <ol className={classes.steps}>
      <Step
        at={1}
        title="Make an administrator"
        done={start.hasAccounts}
        optional
        about="Until there is one, everybody on this machine may do everything. From then on everybody signs in."
      >
        {!start.hasAccounts && <FirstAdmin />}
      </Step>
      <Step
        at={2}
        title="Connect the systems"
        done={connected}
        about={
          connected
            ? start.systems.join(', ')
            : 'The one that takes the payments and the one that keeps the books; or begin with sandboxes of both, which need no account anywhere and end with the server.'
        }
      >
        {here && <SandboxPages of={here} />}
        <Group gap="xs">
          {offers.offers_sandboxes && !offers.sandboxes && <StartSandboxes />}
          {offers.sandboxes && !here && (
            <LinkButton
              to="/start"
              search={{ env: offers.sandboxes.environment }}
              size="compact-xs"
              variant="default"
            >
              Go to {offers.sandboxes.environment}
            </LinkButton>
          )}
          <LinkButton
            to={start.environment ? '/connections' : '/environments'}
            size="compact-xs"
            variant="default"
          >
            {start.environment ? 'Connections' : 'Connect my own'}
          </LinkButton>
        </Group>
      </Step>
      <Step
        at={3}
        title="Put a flow in force"
        done={inForce}
        about="Take what is ready, or build one: it is drafted, published as a version, and deployed here."
      >
        {connected && <ReadyFlows flows={offers.flows} start={start} />}
      </Step>
      <Step
        at={4}
        title="See the first event arrive"
        done={arrived}
        about={
          start.event ??
          'Buy something in the sandbox, or send a test event to the address of the webhooks.'
        }
      >
        <LinkButton to="/events" size="compact-xs" variant="default">
          See events
        </LinkButton>
      </Step>
      <Step
        at={5}
        title="See it booked"
        done={booked}
        about={start.run?.key ?? 'A run does what the flow says, and the journal has its entries.'}
      >
        {start.run ? (
          <LinkButton
            to="/runs/$run"
            params={{ run: start.run.id }}
            size="compact-xs"
            variant="default"
          >
            See the run
          </LinkButton>
        ) : (
          <LinkButton to="/runs" size="compact-xs" variant="default">
            See runs
          </LinkButton>
        )}
      </Step>
    </ol>
  );
}

interface StepProps {
  at: number;
  title: string;
  done: boolean | undefined;
  optional?: boolean;
  about: string;
  children: ReactNode;
}

function Step({ at, title, done, optional, about, children }: StepProps) {
  return (
    <li data-done={done || undefined}>
      <span className={classes.mark} aria-hidden>
        {done ? <Check size={14} /> : at}
      </span>
      <div>
        <h2>
          {title}
          <small>{done ? 'done' : optional ? 'may be left out' : 'to be done'}</small>
        </h2>
        <p>{about}</p>
        {children}
      </div>
    </li>
  );
}
