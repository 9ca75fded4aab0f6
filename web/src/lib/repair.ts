import { amountText, exact, type Minor } from './money';

/** What of a repair is told in its headline. */
export interface RepairCounts {
  kind: string;
  state: string;
  total: number;
  gone: number;
  good: number;
  beyond: number;
  money: readonly { currency: string; good_minor: Minor }[];
  stands?: {
    done: number;
    dead: number;
    open: number;
    money: readonly { currency: string; done_minor: Minor }[];
  } | null;
}

function amounts(rows: readonly (readonly [currency: string, minor: Minor])[]): string {
  const told = rows.filter(([, minor]) => exact(minor) !== 0n);
  return told.map(([currency, minor]) => `, ${amountText(minor, currency)}`).join('');
}

/** `14 of 14 would now go on, EUR 8,310.00`. */
export function headline(repair: RepairCounts): string {
  const { good, gone, total, money, stands } = repair;
  if (!stands) {
    const sum = amounts(money.map((row) => [row.currency, row.good_minor]));
    return `${good} of ${gone === total ? total : `${gone} tried`} would now go on${sum}`;
  }
  const sum = amounts(stands.money.map((row) => [row.currency, row.done_minor]));
  const parts = [`${stands.done} of ${total} done${sum}`];
  if (stands.dead > 0) parts.push(`${stands.dead} failed again`);
  if (stands.open > 0) parts.push(`${stands.open} under way or waiting`);
  const refused = gone - good;
  if (refused > 0) parts.push(`${refused} could not be begun`);
  return parts.join(', ');
}

/** How far it is, as parts of all: of a trial what was tried, of a retry what has ended. */
export function shares(repair: RepairCounts): { good: number; bad: number } {
  const { total, gone, good, stands } = repair;
  const all = Math.max(total, 1);
  if (!stands) return { good: (good * 100) / all, bad: ((gone - good) * 100) / all };
  const bad = stands.dead + gone - good;
  return { good: (stands.done * 100) / all, bad: (bad * 100) / all };
}

/** What is left to do, from how fast it went so far; null while nothing can be told. */
export function remaining(
  { total, gone, state }: RepairCounts,
  startedMs: number,
  nowMs: number,
): number | null {
  if (state !== 'running' || gone === 0) return null;
  return ((nowMs - startedMs) * (total - gone)) / gone;
}
