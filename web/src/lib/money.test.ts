import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withDecimals } from './currency';
import { amountText, digits, exact, plain, sums } from './money';

test('amounts have the decimals of their currency', () => {
  expect(digits(123456, 'EUR')).toBe('1,234.56');
  expect(digits(5, 'EUR')).toBe('0.05');
  expect(digits(-5, 'EUR')).toBe('\u22120.05');
  expect(digits(1234567, 'JPY')).toBe('1,234,567');
  expect(digits(1, 'KWD')).toBe('0.001');
  expect(digits(0, 'usd')).toBe('0.00');
  expect(plain(-123456, 'EUR')).toBe('-1234.56');
  expect(amountText(123456, 'eur', 'de-DE')).toBe('EUR\u00a01.234,56');
});

test('sums are exact beyond what a float holds', () => {
  const huge = 9_007_199_254_740_991;
  const [sum] = sums([
    { amount_minor: huge, currency: 'EUR' },
    { amount_minor: huge, currency: 'eur' },
    { amount_minor: null, currency: null },
  ]);
  expect(sum).toEqual({ currency: 'EUR', minor: 18_014_398_509_481_982n });
  expect(() => exact(2 ** 53)).toThrow('exact');
  expect(() => exact(0.5)).toThrow('exact');
});

test('decimals are those of the server', () => {
  const server = readFileSync(
    new URL('../../../crates/finance/src/currency.rs', import.meta.url),
    'utf8',
  );
  const listed = (name: string) => {
    const list = new RegExp(`const ${name}: [^=]*= \\[([^\\]]*)\\]`).exec(server);
    return [...(list?.[1] ?? '').matchAll(/"(\w+)"/g)].map((m) => m[1]);
  };
  expect(withDecimals(0)).toEqual(listed('WHOLE'));
  expect(withDecimals(3)).toEqual(listed('THOUSANDTHS'));
});
