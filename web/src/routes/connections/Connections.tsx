import { ConnectionForm } from './ConnectionForm';
import { TestResult } from './TestResult';
import { useEnvironmentName } from '@/app/useEnvironment';
import { type Connection, connections, deleteConnection } from '@/api/connections';
import { Confirm } from '@/components/Confirm';
import { Empty } from '@/components/Empty';
import { Id } from '@/components/Id';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { useWindowWidth } from '@/components/useWindowWidth';
import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import classes from './Connections.module.css';

/** What of a connection's secrets may be told: whether one takes over from another. */
function rotationOf({ is_rotating, webhook_secrets }: Connection): string {
  return [
    is_rotating && 'two credentials in force',
    webhook_secrets > 1 && `${webhook_secrets} signing secrets in force`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** The systems that the environment speaks to. */
export function Connections() {
  const environment = useEnvironmentName();
  const client = useQueryClient();
  const list = useQuery(connections(environment));
  const isWide = useWindowWidth() >= 1100;
  const [asked, setAsked] = useState<{ what: 'change' | 'delete'; of: Connection } | 'new' | null>(
    null,
  );
  // Rises with every test, so that each asks anew.
  const [tested, setTested] = useState<{ name: string; time: number } | null>(null);
  const test = (name: string) => setTested((was) => ({ name, time: (was?.time ?? 0) + 1 }));
  return (
    <Page
      title="Connections"
      about="The systems that this environment speaks to. Secrets are stored encrypted and never shown again"
      acts={
        environment && (
          <Button leftSection={<Plus size={14} />} onClick={() => setAsked('new')}>
            New connection
          </Button>
        )
      }
    >
      {tested && (
        <TestResult
          key={tested.time}
          environment={environment}
          name={tested.name}
          onClose={() => setTested(null)}
        />
      )}
      <RowList
        label="Connections"
        list={list}
        rows={list.data?.data}
        rowKey={(connection) => connection.id}
        empty={
          <Empty
            title="No connections yet"
            why="A flow needs one to each system it uses. Make one with New connection, or begin with the sandboxes."
            next={{ label: 'First steps', to: '/start' }}
          />
        }
        columns={[
          {
            id: 'name',
            title: 'Connection',
            cell: (c) => (
              <>
                <strong>{c.title}</strong>
                <span className={classes.quiet}>{c.name}</span>
              </>
            ),
          },
          {
            id: 'state',
            title: 'State',
            cell: (c) => (
              <>
                {c.paused ? (
                  <>
                    <State state="paused" /> since <Time at={c.paused.since} />
                    <span className={classes.quiet}>{c.paused.cause}</span>
                  </>
                ) : (
                  <>
                    <State state="ok" />
                    {c.succeeded_at && (
                      <span className={classes.quiet}>
                        last success <Time at={c.succeeded_at} ago />
                      </span>
                    )}
                  </>
                )}
                <span className={classes.quiet}>{rotationOf(c)}</span>
              </>
            ),
          },
          {
            id: 'peer',
            title: 'Speaks to',
            from: 768,
            cell: (c) => (
              <>
                <span className="mono">{c.peer}</span>
                {c.hook_path && (
                  <span className={classes.quiet}>
                    webhooks come to{' '}
                    <Id id={`${window.location.origin}${c.hook_path}`} chars={44} />
                  </span>
                )}
              </>
            ),
          },
          {
            id: 'flows',
            title: 'Used by',
            from: 600,
            cell: (c) =>
              c.flows.length === 0 ? (
                'no flow'
              ) : (
                <ul className={classes.flows}>
                  {c.flows.map((flow) => (
                    <li key={flow}>
                      <Link to="/flows/$flow" params={{ flow }}>
                        {flow}
                      </Link>
                    </li>
                  ))}
                </ul>
              ),
          },
          {
            id: 'limits',
            title: 'Calls at most',
            from: 1100,
            cell: (c) => (
              <span className="number">
                {c.limits.per_second} a second
                <br />
                {c.limits.in_flight} at once
              </span>
            ),
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (c) => (
              <Group gap="xs" justify="flex-end" wrap={isWide ? 'nowrap' : 'wrap'}>
                <Button size="compact-xs" variant="default" onClick={() => test(c.name)}>
                  Test
                </Button>
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => setAsked({ what: 'change', of: c })}
                >
                  Change
                </Button>
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => setAsked({ what: 'delete', of: c })}
                >
                  Remove
                </Button>
              </Group>
            ),
          },
        ]}
      />
      {environment && asked === 'new' && (
        <ConnectionForm
          environment={environment}
          onStored={({ name }) => {
            setAsked(null);
            test(name);
          }}
          onClose={() => setAsked(null)}
        />
      )}
      {environment && asked !== null && asked !== 'new' && asked.what === 'change' && (
        <ConnectionForm
          environment={environment}
          of={asked.of}
          onStored={({ name }) => {
            setAsked(null);
            test(name);
          }}
          onClose={() => setAsked(null)}
        />
      )}
      {environment && asked !== null && asked !== 'new' && asked.what === 'delete' && (
        <Confirm
          title={`Remove ${asked.of.name}`}
          act={`Remove ${asked.of.name}`}
          danger
          onAct={async () => {
            await deleteConnection(environment, asked.of);
            await client.invalidateQueries();
          }}
          onClose={() => setAsked(null)}
        >
          Its secrets are forgotten. It is refused while a flow is bound to it.
        </Confirm>
      )}
    </Page>
  );
}
