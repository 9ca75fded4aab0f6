import { Time } from './Time';
import type { Run } from '@/api/runs';

/** What a run waits for and until when, or why it ended as it did. */
export function RunWait({ run }: { run: Run }) {
  const live = ['ready', 'running', 'waiting', 'retry', 'parked'].includes(run.state);
  if (!live) return run.fault ? <span title={run.fault.message}>{run.fault.message}</span> : null;
  const next = run.due_at && (
    <>
      , looked at again <Time at={run.due_at} ago />
    </>
  );
  if (run.waits_for) {
    return (
      <span>
        {waitsFor(run.waits_for)}
        {next}
      </span>
    );
  }
  if (run.state === 'retry') {
    return (
      <span title={run.fault?.message}>
        {run.fault?.message ?? 'a try failed'}, next try <Time at={run.due_at} ago />
      </span>
    );
  }
  return run.step ? <span>at step {run.step}</span> : null;
}

/** What wakes a run, in words: `xref:order:pi_1` waits for the order of `pi_1`. */
function waitsFor(code: string): string {
  const [kind, ...rest] = code.split(':');
  switch (kind) {
    case 'xref':
      if (rest[0] === 'approval') return "waits for a person's yes or no";
      return `waits for the ${rest[0] ?? 'record'} of ${rest.slice(1).join(':')}`;
    case 'connection':
      return 'waits for its connection, which is paused';
    case 'effect':
      return 'waits for another run that makes the same thing';
    default:
      return `waits for ${code}`;
  }
}
