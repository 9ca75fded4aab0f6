import { Amount } from './Amount';
import { State } from './State';
import type { Entry } from '@/api/books';
import { exact } from '@/lib/money';
import classes from './EntryLines.module.css';

/** A journal entry with its lines: debits left, credits right, both sums. */
export function EntryLines({ entry }: { entry: Entry }) {
  const sum = (side: (minor: bigint) => boolean) =>
    entry.lines
      .map((line) => exact(line.amount_minor))
      .filter(side)
      .reduce((total, minor) => total + minor, 0n);
  return (
    <div className={classes.entry}>
      <div className={classes.head}>
        <span className="mono">{entry.reference}</span>
        <span>{entry.date}</span>
        <State
          state={entry.state}
          {...(entry.voucher ? { word: `Posted as ${entry.voucher}` } : {})}
        />
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Account</th>
            <th scope="col">Text</th>
            <th scope="col" data-align="right">
              Debit
            </th>
            <th scope="col" data-align="right">
              Credit
            </th>
          </tr>
        </thead>
        <tbody>
          {entry.lines.map((line, at) => (
            <tr key={`${line.account} ${at}`}>
              <td className="number">
                {line.account}
                {line.dimension && <span className={classes.dimension}> {line.dimension}</span>}
              </td>
              <td>{line.text}</td>
              <td data-align="right">
                {line.amount_minor >= 0 && (
                  <Amount minor={line.amount_minor} currency={entry.currency} />
                )}
              </td>
              <td data-align="right">
                {line.amount_minor < 0 && (
                  <Amount minor={-line.amount_minor} currency={entry.currency} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td colSpan={2}>{entry.text}</td>
            <td data-align="right">
              <Amount minor={sum((minor) => minor > 0n)} currency={entry.currency} strong />
            </td>
            <td data-align="right">
              <Amount minor={-sum((minor) => minor < 0n)} currency={entry.currency} strong />
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
