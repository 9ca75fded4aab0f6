import { runs } from '@/api/runs';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { useNow } from '@/components/useNow';
import { bars, percentile } from '@/lib/buckets';
import { duration } from '@/lib/time';
import { Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Throughput.module.css';

const BARS = 40;
const HEIGHT = 72;

/** The latest runs over time, and how long they took. */
export function Throughput({ environment }: { environment: string | undefined }) {
  const { data, error, refetch } = useInfiniteQuery(runs(environment, {}));
  const now = useNow().getTime();
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} />;
  const latest = data.pages[0]?.data ?? [];
  if (latest.length === 0) {
    return <Panel title="Runs">No run has begun yet.</Panel>;
  }
  const took = latest.flatMap((run) =>
    run.ended_at ? [Date.parse(run.ended_at) - Date.parse(run.created_at)] : [],
  );
  const shown = bars(latest, now, BARS);
  const most = Math.max(1, ...shown.bars.map((bar) => bar.done + bar.failed + bar.other));
  const [half, slow] = [percentile(took, 0.5), percentile(took, 0.95)];
  const failed = latest.filter((run) => run.state === 'dead').length;
  const rect = (at: number, from: number, count: number, kind: string) =>
    count > 0 && (
      <rect
        key={`${at} ${kind}`}
        className={classes.bar}
        data-kind={kind}
        x={(at * 100) / BARS + 0.15}
        width={100 / BARS - 0.3}
        y={HEIGHT - ((from + count) * HEIGHT) / most}
        height={(count * HEIGHT) / most}
      />
    );
  const about = `${latest.length} latest runs in ${duration(shown.widthMs * BARS)}, ${failed} of them dead letters`;
  return (
    <Panel title="Latest runs" aside={<Link to="/runs">All runs</Link>}>
      <svg
        className={classes.chart}
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={about}
      >
        {shown.bars.map((bar, at) => [
          rect(at, 0, bar.done, 'done'),
          rect(at, bar.done, bar.other, 'other'),
          rect(at, bar.done + bar.other, bar.failed, 'failed'),
        ])}
      </svg>
      <div className={classes.axis}>
        <span>{duration(shown.widthMs * BARS)} ago</span>
        <span>now</span>
      </div>
      <p className={classes.about}>
        {about}. {half !== null && `Half took up to ${duration(half)}`}
        {slow !== null && `, 95 of 100 up to ${duration(slow)}.`}
      </p>
    </Panel>
  );
}
