import { insert, type Name, sourcesOf, suggest, used, visible, wordBefore } from './sources';
import { describe, expect, it } from 'vitest';

const SCOPE: readonly Name[] = [
  {
    name: 'charge',
    value: {
      amount: 1250,
      currency: 'eur',
      'odd key': true,
      billing_details: { name: 'Example SARL', email: null },
      lines: [{ sku: 'A-1' }],
    },
  },
  { name: 'run', value: { id: 'run_dry' } },
];

describe('sources', () => {
  const all = sourcesOf(SCOPE);

  it('are named as formulas name them, with their values', () => {
    const shown = new Map(all.map((one) => [one.path, one.shown]));
    expect(shown.get('charge.billing_details.name')).toBe('Example SARL');
    expect(shown.get('charge["odd key"]')).toBe('true');
    expect(shown.get('charge.lines[0].sku')).toBe('A-1');
    expect(shown.get('charge.lines')).toBe('1 item');
    expect(shown.get('charge.amount')).toBe('EUR\u00a012.50 (1250 in minor units)');
  });

  it('are folded, and found by name or value', () => {
    expect(visible(all, new Set(), '').map((one) => one.path)).toEqual(['charge', 'run']);
    const open = visible(all, new Set(['charge']), '').map((one) => one.path);
    expect(open).toContain('charge.billing_details');
    expect(open).not.toContain('charge.billing_details.name');
    expect(visible(all, new Set(), 'sarl').map((one) => one.path)).toEqual([
      'charge.billing_details.name',
    ]);
    expect(suggest(all, 'name')[0]?.path).toBe('charge.billing_details.name');
    expect(suggest(all, 'A-1')[0]?.path).toBe('charge.lines[0].sku');
  });

  it('are used where a formula names them whole', () => {
    const is = used(['=charge.?amount.orValue(0)', "=lookup('x', charge.currency)"]);
    expect(is('charge.amount')).toBe(true);
    expect(is('charge.currency')).toBe(true);
    expect(is('charge.curr')).toBe(false);
    expect(is('amount')).toBe(false);
  });

  it('are put in at the cursor', () => {
    expect(insert('', 'charge.id', 0, 0)).toEqual({ text: '=charge.id', cursor: 10 });
    expect(insert('=upper()', 'charge.id', 7, 7)).toEqual({
      text: '=upper(charge.id)',
      cursor: 16,
    });
    expect(wordBefore('=upper(charge.bi', 16)).toEqual({ word: 'charge.bi', from: 7 });
  });
});
