// Amounts as a person reads them, where it is known that a value is one and in which currency.

import { type Source } from './sources';
import { argumentsOf, callAt, wayOf } from './way';
import { type Json, type Path, isText } from '../model/json';
import { decimals } from '@/lib/currency';
import { amountText } from '@/lib/money';

/** Names of fields that hold amounts in minor units, or as decimals. */
const AMOUNT =
  /(^|_)(amount|fee|net|gross|total|subtotal|price|unit_amount|shipping|open|paid|minor)(_|$)/;

export function isAmount(label: string): boolean {
  return AMOUNT.test(label);
}

const CODE = /^[A-Za-z]{3}$/;

/** Minor units as an amount: `EUR 12.50`; nothing where they cannot be one. */
export function ofMinor(value: Json | undefined, currency: Json | undefined): string | null {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return null;
  if (!isText(currency) || !CODE.test(currency)) return null;
  return amountText(value, currency);
}

/** A decimal with its currency, told where it has digits that the currency does not have. */
export function ofDecimal(value: string, currency: string): string | null {
  const match = /^-?\d+(?:\.(\d+))?$/.exec(value);
  if (!match || !CODE.test(currency)) return null;
  const [places, most] = [match[1]?.length ?? 0, decimals(currency)];
  const code = currency.toUpperCase();
  if (places > most) return `${code} has ${most} decimals, this has ${places}`;
  return `${code}\u00a0${value}`;
}

interface Shown {
  sources: readonly Source[];
  results: ReadonlyMap<string, { value?: unknown }>;
}

/** What a field comes to as an amount, if its name and what stands beside it say that it is one. */
export function moneyOf(
  { sources, results }: Shown,
  field: Path,
  text: string,
  value: Json | undefined,
): string | null {
  const label = String(field[field.length - 1]);
  if (!isAmount(label)) return null;
  const key = [...field.slice(0, -1), 'currency'].reduce<string>(
    (path, turn) =>
      typeof turn === 'number' ? `${path}[${turn}]` : path ? `${path}.${turn}` : turn,
    '',
  );
  const currency = currencyOf(text, sources) ?? results.get(key)?.value;
  if (!isText(currency as Json)) return null;
  return typeof value === 'string'
    ? ofDecimal(value, currency as string)
    : ofMinor(value, currency as string);
}

/** The currency that a formula names: as an argument, or beside the source that it takes. */
function currencyOf(text: string, sources: readonly Source[]): string | undefined {
  const formula = text.slice(1).trim();
  for (const name of ['money', 'iso_money', 'minor', 'iso_minor']) {
    const call = callAt(formula, name);
    const given = call && argumentsOf(call.inner)[1];
    if (!given) continue;
    const literal = /^['"]([A-Za-z]{3})['"]$/.exec(given)?.[1];
    return literal ?? sources.find((one) => one.path === given)?.shown;
  }
  const { path } = wayOf(text);
  if (path === undefined) return undefined;
  const beside = path.replace(/[^.]+$/, 'currency');
  return sources.find((one) => one.path === beside)?.shown;
}
