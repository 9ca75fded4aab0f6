import { EntryTable } from './EntryTable';
import { State } from './State';
import { entryKind } from '@/lib/entryKinds';
import type { Entry } from '@/api/books';
import classes from './EntryLines.module.css';

/** A journal entry with its lines: debits left, credits right, both sums. */
export function EntryLines({ entry }: { entry: Entry }) {
  return (
    <div className={classes.entry}>
      <div className={classes.head}>
        <span className="mono">{entry.reference}</span>
        <span>{entryKind(entry.kind)}</span>
        <span>{entry.date}</span>
        <State
          state={entry.state}
          {...(entry.voucher ? { word: `Posted as ${entry.voucher}` } : {})}
        />
      </div>
      <EntryTable lines={entry.lines} currency={entry.currency} text={entry.text} />
    </div>
  );
}
