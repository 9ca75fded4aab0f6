import { type Minor, amountText, digits, exact, separators } from '@/lib/money';
import classes from './Amount.module.css';

interface Props {
  minor: Minor | null | undefined;
  currency: string | null | undefined;
  /** Fades a zero, so that what is not zero stands out. */
  quietZero?: boolean;
  strong?: boolean;
}

const { group, point } = separators();

/** An amount with its currency: tabular, right-aligned by its cell, a minus readable without colour. */
export function Amount({ minor, currency, quietZero, strong }: Props) {
  if (minor == null || !currency) return <span className={classes.none}>no amount</span>;
  const isZero = exact(minor) === 0n;
  return (
    <span
      className={classes.amount}
      data-quiet={(quietZero && isZero) || undefined}
      data-strong={strong || undefined}
      title={amountText(minor, currency)}
    >
      <span className={classes.currency}>{currency.toUpperCase()}</span>{' '}
      {digits(minor, currency, group, point)}
    </span>
  );
}
