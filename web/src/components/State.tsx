import {
  Ban,
  Check,
  CircleAlert,
  Clock,
  Copy,
  FlaskConical,
  Landmark,
  Loader,
  Minus,
  Pause,
  RotateCw,
  type LucideIcon,
} from 'lucide-react';
import classes from './State.module.css';

type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'work';

const STATES: Record<string, [icon: LucideIcon, tone: Tone, word: string]> = {
  ready: [Clock, 'work', 'Ready'],
  running: [Loader, 'work', 'Running'],
  waiting: [Clock, 'warn', 'Waiting'],
  retry: [RotateCw, 'warn', 'Tries again'],
  parked: [Pause, 'warn', 'Parked'],
  done: [Check, 'good', 'Done'],
  dead: [CircleAlert, 'bad', 'Dead letter'],
  covered: [Copy, 'quiet', 'Covered'],
  skipped: [Minus, 'quiet', 'Skipped'],
  cancelled: [Ban, 'quiet', 'Cancelled'],
  stored: [Clock, 'work', 'Stored'],
  held: [Pause, 'warn', 'Held for order'],
  ignored: [Minus, 'quiet', 'Ignored'],
  begun: [Loader, 'work', 'Under way'],
  failed: [CircleAlert, 'bad', 'Failed'],
  sent: [Clock, 'warn', 'Sent'],
  staged: [Clock, 'work', 'Staged'],
  posted: [Check, 'good', 'Posted'],
  open: [CircleAlert, 'bad', 'Open'],
  resolved: [Check, 'good', 'Resolved'],
  ok: [Check, 'good', 'Works'],
  paused: [Pause, 'warn', 'Paused'],
  live: [Landmark, 'good', 'Live'],
  test: [FlaskConical, 'work', 'Test'],
  unknown: [Minus, 'quiet', 'Cannot be told'],
};

/** A state by icon and word, never by colour alone. */
export function State({ state, word }: { state: string; word?: string }) {
  const [Icon, tone, usual] = STATES[state] ?? [Minus, 'quiet', state];
  return (
    <span className={classes.state} data-tone={tone}>
      <Icon size={13} strokeWidth={2.25} aria-hidden />
      <span>{word ?? usual}</span>
    </span>
  );
}
