import { type Connection, connections } from '@/api/connections';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './ConnectionHealth.module.css';

/** What of a connection's secrets is in the midst of a change. */
function rotation({ is_rotating, webhook_secrets }: Connection): string | null {
  const two = [
    is_rotating && 'two credentials',
    webhook_secrets > 1 && `${webhook_secrets} webhook secrets`,
  ];
  const told = two.filter((one) => one !== false);
  return told.length > 0 ? `${told.join(' and ')} in force: take the old out` : null;
}

/** Which connections are paused, why and since when. */
export function ConnectionHealth({ environment }: { environment: string | undefined }) {
  const { data, error, refetch } = useQuery(connections(environment));
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} />;
  const open = data.data.filter((connection) => !connection.paused).length;
  return (
    <Panel
      title={`Connections ${open}/${data.data.length}`}
      aside={<Link to="/connections">All connections</Link>}
    >
      {data.data.length === 0 && 'No connections yet: a flow needs one to each system it uses.'}
      <ul className={classes.list}>
        {data.data.map((connection) => (
          <li key={connection.id}>
            <span>
              {connection.title} <span className={classes.name}>{connection.name}</span>
              {rotation(connection) && (
                <span className={classes.cause}>{rotation(connection)}</span>
              )}
            </span>
            {connection.paused ? (
              <span className={classes.paused}>
                <State state="paused" /> <Time at={connection.paused.since} ago />
                <span className={classes.cause}>{connection.paused.cause}</span>
              </span>
            ) : (
              <State state="ok" word="Open" />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
