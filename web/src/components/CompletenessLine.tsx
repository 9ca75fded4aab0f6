import { ErrorView } from './ErrorView';
import { Time } from './Time';
import { type Completeness, compareNow, completeness } from '@/api/completeness';
import { counted, fetchedOf } from '@/lib/completeness';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, CircleHelp, Loader } from 'lucide-react';
import classes from './CompletenessLine.module.css';

interface Props {
  environment: string | undefined;
  /** Without the list of what was missing. */
  brief?: boolean;
}

/** Whether every event came: received n of n of what each sender lists, even if none is missing. */
export function CompletenessLine({ environment, brief }: Props) {
  const { data } = useQuery(completeness(environment));
  const client = useQueryClient();
  const comparing = useMutation({
    mutationFn: () => compareNow(environment),
    onSettled: () => client.invalidateQueries({ queryKey: ['events'] }),
  });
  return (
    <div className={classes.frame} role="region" aria-label="Completeness">
      <div className={classes.lines}>
        {data?.data.map((one) => (
          <div key={one.connection} className={classes.line}>
            <Told one={one} />
            {!brief && one.gaps.length > 0 && <Gaps one={one} />}
          </div>
        ))}
        {comparing.error && <ErrorView error={comparing.error} inline />}
      </div>
      {!brief && data && data.data.length > 0 && (
        <Button
          variant="default"
          size="compact-xs"
          className={classes.now}
          loading={comparing.isPending}
          onClick={() => comparing.mutate()}
        >
          Compare now
        </Button>
      )}
    </div>
  );
}

function Told({ one }: { one: Completeness }) {
  const next = one.next_at && (
    <>
      , next <Time at={one.next_at} />
    </>
  );
  switch (one.state) {
    case 'not_checked':
      return (
        <p>
          <CircleHelp size={14} aria-hidden /> {one.title} ({one.connection}): not checked yet
          whether every event came
        </p>
      );
    case 'failed':
      return (
        <p data-tone="bad">
          <CircleAlert size={14} aria-hidden /> {one.title} ({one.connection}): its list could not
          be read <Time at={one.failed_at} />: {one.fault}.{' '}
          {one.listed > 0 && `Before that ${counted(one)}.`}
        </p>
      );
    case 'checking':
      return (
        <p>
          <Loader size={14} aria-hidden /> {one.title} ({one.connection}): compared with its list
          now; what is missing is fetched. So far {counted(one)}
        </p>
      );
    default:
      return (
        <p data-tone="good">
          <CircleCheck size={14} aria-hidden /> {one.title} ({one.connection}): {counted(one)}
          {one.listed_since && (
            <>
              {' '}
              since <Time at={one.listed_since} />
            </>
          )}
          , {fetchedOf(one)}; checked <Time at={one.checked_at} />
          {next}
        </p>
      );
  }
}

function Gaps({ one }: { one: Completeness }) {
  return (
    <details className={classes.gaps}>
      <summary>
        What no delivery had brought
        {one.fetched > one.gaps.length && `, the latest ${one.gaps.length}`}
      </summary>
      <ul>
        {one.gaps.map((gap) => (
          <li key={gap.event}>
            <Link to="/events/$event" params={{ event: gap.event }} className="mono">
              {gap.source_id}
            </Link>{' '}
            <span className="mono">{gap.type}</span>, occurred <Time at={gap.occurred_at} />,
            fetched <Time at={gap.found_at} />
          </li>
        ))}
      </ul>
    </details>
  );
}
