import type { Call } from '@/api/runs';
import { duration } from '@/lib/time';
import { Check, CircleX } from 'lucide-react';
import classes from './CallList.module.css';

/** Calls to a peer, oldest first, each with what the peer said. */
export function CallList({ calls }: { calls: readonly Call[] }) {
  return (
    <ol className={classes.calls}>
      {calls.map((call) => (
        <li key={`${call.started_at} ${call.label}`}>
          <div className={classes.line}>
            {call.fault ? (
              <CircleX size={13} className={classes.bad} aria-label="failed" />
            ) : (
              <Check size={13} className={classes.good} aria-label="answered" />
            )}
            <span className={classes.label}>{call.label}</span>
            <span className={classes.aside}>
              {call.kind}
              {call.status != null && <span>{call.status}</span>}
              <span className="number">
                {duration(Date.parse(call.ended_at) - Date.parse(call.started_at))}
              </span>
            </span>
          </div>
          {call.fault && (
            <p className={classes.fault}>
              <strong>{call.fault.class.replace('_', ' ')}</strong>: {call.fault.message}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
