import { Wait } from './Wait';
import type { Event } from '@/api/events';

/** Why an event was ignored, what its run waits for, or why it failed. */
export function EventBecame({ event }: { event: Event }) {
  if (event.reason) return <span title={event.reason}>{event.reason}</span>;
  const waiting = event.runs.find((run) => run.waits);
  if (event.state === 'failed') {
    const failed = event.runs.findLast((run) => run.state === 'dead');
    return <span title={failed?.message ?? undefined}>{failed?.message}</span>;
  }
  if (waiting?.waits) return <Wait wait={waiting.waits} />;
  const flows = [...new Set(event.runs.map((run) => run.flow))];
  return <span>{flows.join(', ')}</span>;
}
