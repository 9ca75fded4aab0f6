import { decimals } from './currency';
import { type Amount, type Minor, sums } from './money';

/** A row as the server has it: one cause in one currency. */
export interface CauseRow {
  fingerprint: string;
  flow: string;
  step: string;
  class: string;
  message: string;
  count: number;
  amount_minor?: Minor | null;
  currency?: string | null;
  since: string;
  until: string;
}

/** A cause with all its currencies. */
export interface CauseGroup {
  fingerprint: string;
  flow: string;
  step: string;
  class: string;
  message: string;
  count: number;
  amounts: Amount[];
  since: string;
  until: string;
}

/** The largest sum in whole units of any currency: an order for lists, not a sum of money. */
function weight(group: CauseGroup): bigint {
  const whole = group.amounts.map(
    ({ minor, currency }) => (minor < 0n ? -minor : minor) / 10n ** BigInt(decimals(currency)),
  );
  return whole.reduce((most, units) => (units > most ? units : most), 0n);
}

/** One row per cause, the largest amount first. */
export function groupCauses(rows: readonly CauseRow[]): CauseGroup[] {
  const groups = new Map<string, CauseRow[]>();
  for (const row of rows) {
    groups.set(row.fingerprint, [...(groups.get(row.fingerprint) ?? []), row]);
  }
  return [...groups.values()]
    .flatMap((same) => {
      const first = same[0];
      if (!first) return [];
      const { fingerprint, flow, step, message } = first;
      const count = same.reduce((sum, row) => sum + row.count, 0);
      const since = same.map((row) => row.since).reduce((a, b) => (a < b ? a : b));
      const until = same.map((row) => row.until).reduce((a, b) => (a > b ? a : b));
      const group = { fingerprint, flow, step, message, count, since, until };
      return [{ ...group, class: first.class, amounts: sums(same) }];
    })
    .sort((a, b) => {
      const [left, right] = [weight(a), weight(b)];
      return left === right ? b.count - a.count : left < right ? 1 : -1;
    });
}
