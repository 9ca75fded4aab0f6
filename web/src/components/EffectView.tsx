import { EntryTable } from './EntryTable';
import { JsonTree } from './JsonTree';
import type { Trace } from '@/api/deadLetters';
import { cellText } from '@/lib/lookupSheet';
import classes from './TraceView.module.css';

type Effect = Trace['effects'][number];

interface Entry {
  currency: string;
  text?: string;
  lines: { account: string; amount_minor: number; dimension?: string; text?: string }[];
}

interface Compared {
  path: string;
  there?: unknown;
  would: unknown;
  same: boolean;
}

interface AtPeer {
  state: string;
  why?: string;
  compared?: Compared[];
}

/** A change that a run would make: the request, what it would book, and what its system has now. */
export function EffectView({ effect }: { effect: Effect }) {
  const request = effect.request as { label?: string } | null | undefined;
  const entry = effect.entry as Entry | null | undefined;
  const there = effect.at_peer as AtPeer | null | undefined;
  const isDone = effect.ledger === 'confirmed';
  return (
    <details>
      <summary>
        <span className="mono">{effect.operation}</span>{' '}
        {isDone
          ? 'is confirmed already: nothing would be sent'
          : `would be sent${request?.label ? ` as ${request.label}` : ''}`}
      </summary>
      {entry && Array.isArray(entry.lines) && (
        <div className={classes.entry}>
          <EntryTable lines={entry.lines} currency={entry.currency} text={entry.text} />
        </div>
      )}
      {there && <There there={there} />}
      <JsonTree value={request ?? effect.input} open={2} />
    </details>
  );
}

const SAID: Record<string, string> = {
  absent: 'Its system has none yet: it would be new.',
  partial: 'Its system has begun one and not ended it: it would be gone on with.',
  complete: 'Its system has it.',
  cannot_tell: 'Whether its system has it cannot be told',
  unknown: 'Its system could not be asked',
};

function There({ there }: { there: AtPeer }) {
  const rows = there.compared ?? [];
  const others = rows.filter((row) => !row.same);
  return (
    <div className={classes.there}>
      <p>
        {SAID[there.state] ?? there.state}
        {there.why && `: ${there.why}`}
        {rows.length > 0 && others.length === 0 && ' Nothing of it would be another.'}
      </p>
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">There now</th>
              <th scope="col">Would be</th>
            </tr>
          </thead>
          <tbody>
            {[...others, ...rows.filter((row) => row.same)].map((row) => (
              <Row key={row.path} row={row} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Row({ row }: { row: Compared }) {
  const { path, there, would, same } = row;
  return (
    <tr data-same={same || undefined}>
      <td className="mono">{path}</td>
      <td>
        {there === undefined ? 'nothing' : same ? cellText(there) : <del>{cellText(there)}</del>}
      </td>
      <td>{same ? 'the same' : <ins>{cellText(would)}</ins>}</td>
    </tr>
  );
}
