import { type Minor, amountText, digits, exact, separators } from '@/lib/money';
import classes from './Amount.module.css';

interface Props {
  minor: Minor | null | undefined;
  currency: string | null | undefined;
  /** Shows a zero faintly and without its currency, so that what is not zero stands out. */
  quietZero?: boolean;
  strong?: boolean;
}

const { group, point } = separators();

/** An amount with its currency: tabular, right-aligned by its cell, a minus readable without colour. */
export function Amount({ minor, currency, quietZero, strong }: Props) {
  if (minor == null || !currency) return <span className={classes.none}>no amount</span>;
  if (quietZero && exact(minor) === 0n) {
    return (
      <span className={classes.zero} title={amountText(minor, currency)}>
        {digits(minor, currency, group, point)}
      </span>
    );
  }
  return (
    <span
      className={classes.amount}
      data-strong={strong || undefined}
      title={amountText(minor, currency)}
    >
      <span className={classes.currency}>{currency.toUpperCase()}</span>{' '}
      {digits(minor, currency, group, point)}
    </span>
  );
}
