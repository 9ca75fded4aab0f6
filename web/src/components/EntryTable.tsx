import { Amount } from './Amount';
import { exact } from '@/lib/money';
import classes from './EntryLines.module.css';

interface Line {
  account: string;
  dimension?: string | null | undefined;
  /** Debit positive, credit negative. */
  amount_minor: number;
  text?: string | undefined;
}

interface Props {
  lines: readonly Line[];
  currency: string;
  text?: string | undefined;
}

/** The lines of an entry: debits left, credits right, both sums. */
export function EntryTable({ lines, currency, text }: Props) {
  const sum = (side: (minor: bigint) => boolean) =>
    lines
      .map((line) => exact(line.amount_minor))
      .filter(side)
      .reduce((total, minor) => total + minor, 0n);
  return (
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
        {lines.map((line, at) => (
          <tr key={`${line.account} ${at}`}>
            <td className="number">
              {line.account}
              {line.dimension && <span className={classes.dimension}> {line.dimension}</span>}
            </td>
            <td>{line.text}</td>
            <td data-align="right">
              {line.amount_minor >= 0 && <Amount minor={line.amount_minor} currency={currency} />}
            </td>
            <td data-align="right">
              {line.amount_minor < 0 && <Amount minor={-line.amount_minor} currency={currency} />}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td colSpan={2}>{text}</td>
          <td data-align="right">
            <Amount minor={sum((minor) => minor > 0n)} currency={currency} strong />
          </td>
          <td data-align="right">
            <Amount minor={-sum((minor) => minor < 0n)} currency={currency} strong />
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
