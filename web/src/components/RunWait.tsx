import { Message } from './Message';
import { Wait } from './Wait';
import type { Run } from '@/api/runs';

/** What a run waits for and until when, or why it ended as it did. */
export function RunWait({ run }: { run: Run }) {
  if (run.waits) return <Wait wait={run.waits} />;
  if (run.state === 'running') return run.step ? <span>at step {run.step}</span> : null;
  return run.fault ? <Message text={run.fault.message} titled /> : null;
}
