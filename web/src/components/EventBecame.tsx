import { Message } from './Message';
import { Wait } from './Wait';
import type { Event } from '@/api/events';

/** Why an event was ignored, what its run waits for, or why it failed. */
export function EventBecame({ event }: { event: Event }) {
  if (event.reason) return <Message text={event.reason} titled />;
  const waiting = event.runs.find((run) => run.waits);
  if (event.state === 'failed') {
    const failed = event.runs.findLast((run) => run.state === 'dead');
    return failed?.message ? <Message text={failed.message} titled /> : null;
  }
  if (waiting?.waits) return <Wait wait={waiting.waits} />;
  const flows = [...new Set(event.runs.map((run) => run.flow))];
  return <span>{flows.join(', ')}</span>;
}
