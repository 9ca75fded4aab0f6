import { toWay, typedDefault, wayOf, withMissing, writtenDefault } from './way';
import { describe, expect, it } from 'vitest';

describe('how a field gets its value', () => {
  it('is read from what is written', () => {
    expect(wayOf('').kind).toBe('empty');
    expect(wayOf('N30').kind).toBe('constant');
    expect(wayOf('==x').kind).toBe('constant');
    expect(wayOf('=charge.id')).toEqual({ kind: 'source', missing: 'error', path: 'charge.id' });
    expect(wayOf('=charge.billing_details.?email')).toMatchObject({
      kind: 'source',
      missing: 'skip',
      path: 'charge.billing_details.email',
    });
    expect(wayOf("=charge.?description.orValue('Payment')")).toMatchObject({
      missing: 'default',
      otherwise: "'Payment'",
    });
    expect(wayOf("=lookup('items', line.product)")).toMatchObject({
      kind: 'lookup',
      table: 'items',
      key: 'line.product',
      missing: 'error',
    });
    expect(wayOf("=lookup_or('a', f(x, 'b,c'), 'd').name")).toMatchObject({
      kind: 'lookup',
      key: "f(x, 'b,c')",
      otherwise: "'d'",
      rest: '.name',
    });
    expect(wayOf('=upper(charge.currency)')).toEqual({ kind: 'formula' });
    expect(wayOf("=lookup('a', b) + 'c'").kind).toBe('formula');
    expect(wayOf('=truncate(charge.?name.orValue(charge.customer), 36)').kind).toBe('formula');
  });

  it('says what happens where nothing is there, and can be made to say otherwise', () => {
    const path = '=charge.billing_details.email';
    const skipped = withMissing(path, 'skip', '');
    expect(skipped).toBe('=charge.billing_details.?email');
    const given = withMissing(skipped, 'default', "'none'");
    expect(given).toBe("=charge.billing_details.?email.orValue('none')");
    expect(withMissing(given, 'error', '')).toBe(path);
    expect(withMissing('=a["b c"]', 'skip', '')).toBe('=a[?"b c"]');
    expect(withMissing("=lookup('t', x)", 'default', "'N30'")).toBe("=lookup_or('t', x, 'N30')");
    expect(withMissing("=lookup_or('t', x, 'N30')", 'error', '')).toBe("=lookup('t', x)");
    expect(withMissing('=upper(x)', 'skip', '')).toBe('=upper(x)');
  });

  it('takes defaults as a person types them', () => {
    for (const [typed, written] of [
      ['none', "'none'"],
      ["it's", "'it\\'s'"],
      ['12', '12'],
      ['=charge.customer', 'charge.customer'],
    ] as const) {
      expect(writtenDefault(typed)).toBe(written);
      expect(typedDefault(written)).toBe(typed);
    }
    expect(typedDefault("'12'")).toBe("='12'");
  });

  it('is changed without losing what was there', () => {
    expect(toWay('=charge.currency', 'lookup', 'eur', 'codes')).toBe(
      "=lookup('codes', charge.currency)",
    );
    expect(toWay("=lookup('codes', charge.currency)", 'source', 'EUR', '')).toBe(
      '=charge.currency',
    );
    expect(toWay('=charge.currency', 'constant', 'eur', '')).toBe('eur');
    expect(toWay('eur', 'formula', 'eur', '')).toBe("='eur'");
  });
});
