import { decimals } from './currency';
import { type Amount, type Minor, sums } from './money';

/** A row as the server has it: one cause in one currency. */
export interface CauseRow {
  fingerprint: string;
  flow: string;
  step: string;
  class: string;
  /** What happened, in a sentence. */
  sentence: string;
  code: string;
  message: string;
  count: number;
  amount_minor?: Minor | null;
  currency?: string | null;
  since: string;
  until: string;
  /** The oldest letter's run. */
  first: string;
  /** How many of them ask a person. */
  questions: number;
  missing_row?: { table: string; key: string } | null;
  /** Per day, the oldest first: of the whole cause, the same in each of its rows. */
  trend: number[];
  care?: { assignee?: string | null; mine: boolean; due?: string | null } | null;
  tags: string[];
}

/** A cause with all its currencies. */
export interface CauseGroup extends Omit<CauseRow, 'amount_minor' | 'currency'> {
  amounts: Amount[];
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
      const count = same.reduce((sum, row) => sum + row.count, 0);
      const since = same.map((row) => row.since).reduce((a, b) => (a < b ? a : b));
      const until = same.map((row) => row.until).reduce((a, b) => (a > b ? a : b));
      const questions = same.reduce((sum, row) => sum + row.questions, 0);
      const oldest = same.reduce((a, b) => (a.since <= b.since ? a : b)).first;
      const group = { ...first, count, since, until, questions, first: oldest };
      return [{ ...group, amounts: sums(same) }];
    })
    .sort((a, b) => {
      const [left, right] = [weight(a), weight(b)];
      return left === right ? b.count - a.count : left < right ? 1 : -1;
    });
}
