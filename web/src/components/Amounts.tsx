import { Amount } from './Amount';
import type { Amount as Sum } from '@/lib/money';
import classes from './Amounts.module.css';

/** Sums of several currencies, one below the other. They are never added up. */
export function Amounts({ amounts, strong }: { amounts: readonly Sum[]; strong?: boolean }) {
  if (amounts.length === 0) return <Amount minor={null} currency={null} />;
  return (
    <span className={classes.amounts}>
      {amounts.map(({ currency, minor }) => (
        <Amount key={currency} minor={minor} currency={currency} {...(strong ? { strong } : {})} />
      ))}
    </span>
  );
}
