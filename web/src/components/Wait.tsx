import { Time } from './Time';
import type { Wait as Waits } from '@/api/runs';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** What a run waits for, and until when. */
export function Wait({ wait }: { wait: Waits }) {
  const { kind, until, deadline } = wait;
  return (
    <span title={wait.message ?? undefined}>
      {reason(wait)}
      {kind === 'retry' ? ', next try ' : ', looked at again '}
      <Time at={until} />
      {deadline && (
        <>
          , given up <Time at={deadline} />
        </>
      )}
    </span>
  );
}

function reason({ kind, connection, message, class: fault, behind, reference }: Waits): ReactNode {
  switch (kind) {
    case 'order':
      return (
        <>
          held behind{' '}
          {behind?.event && (
            <Link to="/events/$event" params={{ event: behind.event }} className="mono">
              {behind.source_id ?? behind.event}
            </Link>
          )}{' '}
          in the same order
        </>
      );
    case 'connection':
      return `waits for ${connection ?? 'its connection'}, which is paused${message ? `: ${message}` : ''}`;
    case 'retry':
      if (fault === 'rate_limited') return `429 from ${connection ?? 'the peer'}`;
      return `${connection ? `${connection}: ` : ''}${message ?? 'a try failed'}`;
    case 'approval':
      return "waits for a person's yes or no";
    case 'reference':
      return `waits for the ${reference?.name ?? 'record'} of ${reference?.id ?? 'another system'}`;
    case 'effect':
      return (
        <>
          waits for{' '}
          {behind ? (
            <Link to="/runs/$run" params={{ run: behind.run }} className="mono">
              {behind.run}
            </Link>
          ) : (
            'another run'
          )}
          , which makes the same thing
        </>
      );
    default:
      return 'waits for its turn';
  }
}
