import { type Amount, type Minor, sums } from './money';

/** Rows of one currency and age, as the server has them. */
export interface AgedRow {
  age: string;
  currency?: string | null;
  count: number;
  amount_minor: Minor;
}

export const AGES = ['fresh', 'week', 'older'] as const;
export type Age = (typeof AGES)[number];

/** One list of what needs a person: its money, and how many rows it has of each age. */
export interface Need {
  amounts: Amount[];
  count: number;
  ages: Record<Age, number>;
}

const isAge = (text: string): text is Age => (AGES as readonly string[]).includes(text);

/** Brings the rows of one list together. */
export function need(rows: readonly AgedRow[]): Need {
  const ages: Record<Age, number> = { fresh: 0, week: 0, older: 0 };
  for (const { age, count } of rows) if (isAge(age)) ages[age] += count;
  return { amounts: sums(rows), count: total(rows), ages };
}

/** How many rows there are. */
export const total = (rows: readonly { count: number }[]) =>
  rows.reduce((sum, row) => sum + row.count, 0);
