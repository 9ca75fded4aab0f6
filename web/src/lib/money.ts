import { decimals } from './currency';

/** Minor units: whole, never a fraction. Sums are bigint, so that nothing is rounded. */
export type Minor = number | bigint;

/** An amount beyond what JSON numbers carry exactly, or with a fraction. */
export class InexactAmount extends Error {
  constructor(value: Minor) {
    super(`${value} is no exact amount in minor units`);
  }
}

/** Takes minor units over exactly, or fails. */
export function exact(minor: Minor): bigint {
  if (typeof minor === 'number' && !Number.isSafeInteger(minor)) throw new InexactAmount(minor);
  return BigInt(minor);
}

/** The digits of an amount: `1234` of EUR is `12.34`, grouped by `group`. Text only, no floats. */
export function digits(minor: Minor, currency: string, group = ',', point = '.'): string {
  const value = exact(minor);
  const places = decimals(currency);
  const text = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const whole = places === 0 ? text : text.slice(0, -places);
  const fraction = places === 0 ? '' : point + text.slice(-places);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  // A true minus sign is as wide as a digit, so columns stay aligned.
  return (value < 0n ? '\u2212' : '') + grouped + fraction;
}

/** The separators that a locale writes numbers with. */
export function separators(locale?: string): { group: string; point: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.5);
  const part = (type: string) => parts.find((p) => p.type === type)?.value;
  return { group: part('group') ?? '', point: part('decimal') ?? '.' };
}

/** An amount with its currency, as the reader's locale writes it: `EUR 1,234.50`. */
export function amountText(minor: Minor, currency: string, locale?: string): string {
  const { group, point } = separators(locale);
  return `${currency.toUpperCase()}\u00a0${digits(minor, currency, group, point)}`;
}

/** An amount as a spreadsheet reads it: no groups, plain minus, a point. */
export function plain(minor: Minor, currency: string): string {
  return digits(minor, currency, '').replace('\u2212', '-');
}

export interface Amount {
  minor: bigint;
  currency: string;
}

/** Sums by currency, currencies in order. What has no amount is left out. */
export function sums(
  rows: Iterable<{ amount_minor?: Minor | null; currency?: string | null }>,
): Amount[] {
  const found = new Map<string, bigint>();
  for (const { amount_minor: minor, currency } of rows) {
    if (minor == null || !currency) continue;
    const code = currency.toUpperCase();
    found.set(code, (found.get(code) ?? 0n) + exact(minor));
  }
  return [...found]
    .map(([currency, minor]) => ({ currency, minor }))
    .sort((a, b) => a.currency.localeCompare(b.currency));
}
