import { cancelRepair, resumeRepair, type Repair } from '@/api/repairs';
import { ErrorView } from '@/components/ErrorView';
import { Time } from '@/components/Time';
import { useNow } from '@/components/useNow';
import { headline, remaining, shares } from '@/lib/repair';
import { duration } from '@/lib/time';
import { Button, Progress } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import classes from './RepairProgress.module.css';

const NAMES: Record<string, string> = { trial: 'Dry run', retry: 'Retry' };

/** How a dry run or a retry of a group gets on. The server goes on whether or not this page is open. */
export function RepairProgress({ repair }: { repair: Repair }) {
  const queries = useQueryClient();
  const now = useNow().getTime();
  const settled = () => queries.invalidateQueries({ queryKey: ['dead_letters'] });
  const stop = useMutation({ mutationFn: () => cancelRepair(repair.id), onSuccess: settled });
  const resume = useMutation({ mutationFn: () => resumeRepair(repair.id), onSuccess: settled });
  const isTrial = repair.kind === 'trial';
  const { good, bad } = shares(repair);
  const left = remaining(repair, Date.parse(repair.created_at), now);
  const meanwhile = repair.state === 'done' ? repair.total - repair.gone : 0;
  const name = NAMES[repair.kind] ?? repair.kind;
  return (
    <div className={classes.repair}>
      <div className={classes.head}>
        <strong>{name}</strong>
        <span>
          by {repair.by}, <Time at={repair.created_at} ago />
        </span>
        {repair.state === 'running' && (
          <span>
            {repair.gone} of {repair.total} {isTrial ? 'tried' : 'begun'}
            {left !== null && left > 1_000 && `, about ${duration(left)} left`}
          </span>
        )}
        {repair.state === 'running' && (
          <Button
            variant="default"
            size="compact-xs"
            loading={stop.isPending}
            onClick={() => stop.mutate()}
          >
            Stop
          </Button>
        )}
        {(repair.state === 'paused' || repair.state === 'cancelled') && (
          <Button
            variant="default"
            size="compact-xs"
            loading={resume.isPending}
            onClick={() => resume.mutate()}
          >
            Go on
          </Button>
        )}
      </div>
      <Progress.Root size="sm">
        <Progress.Section value={good} color="green" aria-label={`${name}: good`} />
        <Progress.Section value={bad} color="red" aria-label={`${name}: not good`} />
      </Progress.Root>
      <p role="status">{headline(repair)}.</p>
      <p className={classes.about}>
        {repair.state === 'cancelled' && `Stopped (${repair.reason ?? ''}): `}
        {repair.state === 'paused' && 'The server was stopped meanwhile: '}
        {repair.state === 'failed' && `It failed: ${repair.reason ?? ''}. `}
        {(repair.state === 'cancelled' || repair.state === 'paused') &&
          `${repair.total - repair.gone} were not come to and stay as they are. `}
        {meanwhile > 0 && `${meanwhile} were dealt with by somebody else meanwhile. `}
        {isTrial
          ? `Nothing was changed.${
              repair.beyond > 0
                ? ` ${repair.beyond} of them come to a write: what a system answers to it is known only once it is sent.`
                : ''
            }`
          : repair.state === 'running' || repair.stands?.open
            ? 'The server works them whether or not this page is open; stopping leaves what is begun to end by itself.'
            : 'Nothing was made twice: what was confirmed before was met.'}
      </p>
      {stop.error && <ErrorView error={stop.error} inline />}
      {resume.error && <ErrorView error={resume.error} inline />}
    </div>
  );
}
