import { CallSaid } from './CallSaid';
import { Time } from './Time';
import type { Call } from '@/api/runs';
import { attempts } from '@/lib/attempts';
import { duration } from '@/lib/time';
import { Check, ChevronRight, CircleX } from 'lucide-react';
import { useState } from 'react';
import classes from './CallList.module.css';

interface Props {
  run: string;
  calls: readonly Call[];
}

/** Calls to a peer by attempt, oldest first, each with what was asked and what the peer said. */
export function CallList({ run, calls }: Props) {
  const tries = attempts(calls);
  return tries.map((attempt, n) => (
    <section key={attempt[0]?.place} aria-label={`Attempt ${n + 1}`}>
      {tries.length > 1 && (
        <h4 className={classes.attempt}>
          Attempt {n + 1}, <Time at={attempt[0]?.started_at} />
        </h4>
      )}
      <ol className={classes.calls}>
        {attempt.map((call) => (
          <OneCall key={call.place} run={run} call={call} />
        ))}
      </ol>
    </section>
  ));
}

function OneCall({ run, call }: { run: string; call: Call }) {
  const [open, setOpen] = useState(false);
  const line = (
    <>
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
    </>
  );
  return (
    <li>
      {call.kept ? (
        <button
          type="button"
          className={classes.line}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {line}
          <ChevronRight size={13} className={classes.fold} aria-hidden />
        </button>
      ) : (
        <div className={classes.line}>{line}</div>
      )}
      {call.fault && (
        <p className={classes.fault}>
          <strong>{call.fault.class.replace('_', ' ')}</strong>: {call.fault.message}
        </p>
      )}
      {open && <CallSaid run={run} place={call.place} />}
    </li>
  );
}
