import { EffectView } from './EffectView';
import { Message } from './Message';
import { State } from './State';
import type { Trace } from '@/api/deadLetters';
import { verdict } from '@/lib/trial';
import classes from './TraceView.module.css';

/** What a dry run of a letter that failed at a step came to: its end, and what it would write. */
export function TraceView({ trace, failed }: { trace: Trace; failed: string }) {
  const told = verdict(trace, failed);
  const isGood = told.kind !== 'stuck';
  const word = {
    through: 'Would go through',
    beyond: `Would go on past ${told.kind === 'beyond' ? told.step : ''}`,
    stuck: `Would end: ${trace.state}`,
  }[told.kind];
  return (
    <div className={classes.trace} data-good={isGood || undefined}>
      <p>
        <State state={trace.state} word={word} />{' '}
        {told.kind === 'beyond'
          ? 'What its system answers is known only once it is sent; nothing after it can be told.'
          : trace.because && <Message text={trace.because} />}
      </p>
      {trace.effects.map((effect) => (
        <EffectView key={effect.at} effect={effect} />
      ))}
    </div>
  );
}
