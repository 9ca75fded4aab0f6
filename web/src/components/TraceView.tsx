import { Amount } from './Amount';
import { JsonTree } from './JsonTree';
import { State } from './State';
import type { Trace } from '@/api/deadLetters';
import { verdict } from '@/lib/trial';
import classes from './TraceView.module.css';

interface Line {
  account?: string;
  amount_minor?: number;
}

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
          : trace.because}
      </p>
      {trace.effects.map((effect) => (
        <details key={effect.at}>
          <summary>
            <span className="mono">{effect.operation}</span>{' '}
            {effect.ledger === 'confirmed'
              ? 'is confirmed already: nothing would be sent'
              : 'would be sent'}
          </summary>
          {entryLines(effect.entry).map((line) => (
            <div key={line.account} className={classes.line}>
              <span>{line.account}</span>
              <Amount minor={line.amount_minor} currency={currencyOf(effect.entry)} />
            </div>
          ))}
          <JsonTree value={effect.request ?? effect.input} open={2} />
        </details>
      ))}
    </div>
  );
}

function entryLines(entry: unknown): Line[] {
  const lines = (entry as { lines?: Line[] } | null | undefined)?.lines;
  return Array.isArray(lines) ? lines : [];
}

function currencyOf(entry: unknown): string | undefined {
  return (entry as { currency?: string } | null | undefined)?.currency;
}
