import { useBatch } from './useBatch';
import { Progress } from '@mantine/core';
import classes from './Batch.module.css';

interface Props {
  environment: string | undefined;
  runs: readonly string[];
}

/** How a group that was retried gets on. The server works it whether or not this page is open. */
export function Batch({ environment, runs }: Props) {
  const { data } = useBatch(environment, runs);
  if (!data) return null;
  const { done, failed, open, total } = data;
  const share = (count: number) => (count * 100) / Math.max(total, 1);
  return (
    <div className={classes.batch} role="status">
      <Progress.Root size="sm" aria-label="Retried runs">
        <Progress.Section value={share(done)} color="green" />
        <Progress.Section value={share(failed)} color="red" />
      </Progress.Root>
      <p>
        {done + failed} of {total} retried: {done} done, {failed} failed again
        {open > 0 && `, ${open} under way or waiting`}. The server works them whether or not this
        page is open.
      </p>
    </div>
  );
}
