import { standing } from '@/api/books';
import { connections } from '@/api/connections';
import { Time } from '@/components/Time';
import { age } from '@/lib/time';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Strip.module.css';

/** Whether the machine works, in one line. */
export function Strip({ environment }: { environment: string | undefined }) {
  const known = useQuery(connections(environment)).data?.data;
  const stands = useQuery(standing(environment)).data;
  const last = stands?.last_deployment;
  const open = known?.filter((connection) => !connection.paused).length;
  return (
    <section className={classes.strip} aria-label="Whether everything works">
      {known && (
        <span data-bad={open !== known.length || undefined}>
          <Link to="/connections">
            Connections {open}/{known.length}
          </Link>
        </span>
      )}
      {stands && (
        <span>
          <Link to="/runs" search={{ state: 'ready' }}>
            Queue {stands.queued_runs}
          </Link>
          , age {age(stands.queue_age_seconds)}
        </span>
      )}
      {last && (
        <span>
          <Link to="/flows/$flow/versions" params={{ flow: last.flow }}>
            Last deployment
          </Link>{' '}
          {last.flow} {last.version}, <Time at={last.at} ago />
        </span>
      )}
    </section>
  );
}
