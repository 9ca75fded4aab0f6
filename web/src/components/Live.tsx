import type { Liveness } from '@/api/live';
import { Tooltip } from '@mantine/core';
import classes from './Live.module.css';

/** Whether what is shown is so now; a lost line says since when, never stale numbers without a mark. */
export function Live({ state, heard }: Liveness) {
  const clock = heard?.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const text =
    state === 'live'
      ? 'Live'
      : state === 'connecting'
        ? 'Connecting'
        : `Paused at ${clock ?? 'start'}`;
  const about =
    state === 'paused'
      ? 'The server does not answer. What you see was so then; this page tries again by itself.'
      : `Last heard of the server at ${heard?.toLocaleTimeString() ?? 'no time yet'}`;
  return (
    <Tooltip label={about} multiline w={260}>
      <span className={classes.live} data-state={state} role="status">
        <span className={classes.dot} aria-hidden />
        <span className={classes.words}>{text}</span>
      </span>
    </Tooltip>
  );
}
