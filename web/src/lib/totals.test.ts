import { accountTotals, byCurrency } from './totals';
import { expect, test } from 'vitest';

test('an account has one row per currency, with what is where', () => {
  const row = (account: string, currency: string, state: string, amount_minor: number) => ({
    ...{ account, currency, state, amount_minor, lines: 1 },
  });
  const totals = accountTotals([
    row('1010', 'USD', 'posted', -1634),
    row('1010', 'EUR', 'posted', 500),
    row('1010', 'EUR', 'staged', 20),
    row('1005', 'EUR', 'sent', 7),
  ]);
  expect(totals.map((t) => [t.account, t.currency, t.sent, t.staged, t.posted, t.balance])).toEqual(
    [
      ['1005', 'EUR', 7n, 0n, 0n, 7n],
      ['1010', 'EUR', 0n, 20n, 500n, 520n],
      ['1010', 'USD', 0n, 0n, -1634n, -1634n],
    ],
  );
});

test('a trial balance per currency comes to nothing where debits and credits are equal', () => {
  const row = (account: string, currency: string, amount_minor: number) => ({
    ...{ account, currency, state: 'posted', amount_minor, lines: 1 },
  });
  const balanced = byCurrency(
    accountTotals([row('2300', 'USD', -5), row('1010', 'USD', 5), row('1010', 'EUR', 7)]),
  );
  expect(balanced.map(({ currency, sum }) => [currency, sum])).toEqual([
    ['EUR', 7n],
    ['USD', 0n],
  ]);
  expect(balanced[1]?.rows.map(({ account }) => account)).toEqual(['1010', '2300']);
});
