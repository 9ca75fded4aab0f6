import { exact, type Minor } from './money';

/** What the lines of one account, currency and state come to, as the server has it. */
export interface TotalRow {
  account: string;
  currency: string;
  state: string;
  amount_minor: Minor;
  lines: number;
}

/** An account in one currency, by how far its lines are in the ERP. */
export interface AccountTotal {
  account: string;
  currency: string;
  sent: bigint;
  staged: bigint;
  posted: bigint;
  balance: bigint;
  lines: number;
}

/** One row per account and currency. A state that we do not know still counts in the balance. */
export function accountTotals(rows: readonly TotalRow[]): AccountTotal[] {
  const found = new Map<string, AccountTotal>();
  for (const { account, currency, state, amount_minor, lines } of rows) {
    const key = `${account} ${currency}`;
    const total = found.get(key) ?? {
      account,
      currency,
      sent: 0n,
      staged: 0n,
      posted: 0n,
      balance: 0n,
      lines: 0,
    };
    const minor = exact(amount_minor);
    if (state === 'sent' || state === 'staged' || state === 'posted') total[state] += minor;
    total.balance += minor;
    total.lines += lines;
    found.set(key, total);
  }
  return [...found.values()].sort(
    (a, b) => a.account.localeCompare(b.account) || a.currency.localeCompare(b.currency),
  );
}

/** The accounts of one currency; their balances come to nothing where debits and credits are equal. */
export interface CurrencyTotals {
  currency: string;
  rows: AccountTotal[];
  sum: bigint;
}

/** A trial balance per currency, currencies in order. */
export function byCurrency(totals: readonly AccountTotal[]): CurrencyTotals[] {
  const found = new Map<string, CurrencyTotals>();
  for (const total of totals) {
    const one = found.get(total.currency) ?? { currency: total.currency, rows: [], sum: 0n };
    one.rows.push(total);
    one.sum += total.balance;
    found.set(total.currency, one);
  }
  return [...found.values()].sort((a, b) => a.currency.localeCompare(b.currency));
}
