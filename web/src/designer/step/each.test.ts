import { eachOf, itemOf, singular, writeEach } from './each';
import { expect, it } from 'vitest';

it('the source of a list mapping is a list, a condition and a group', () => {
  const whole = "=group_by(steps.session.lines.filter(line, line.quantity > 0), 'product')";
  const parts = { list: 'steps.session.lines', only: 'line.quantity > 0', by: 'product' };
  expect(eachOf(whole)).toEqual(parts);
  expect(writeEach(parts, 'line')).toBe(whole);
  expect(itemOf(whole)).toBe('line');
  expect(eachOf('=charge.items')).toEqual({ list: 'charge.items', only: '', by: '' });
  expect(writeEach({ list: 'charge.items', only: '', by: '' }, 'x')).toBe('=charge.items');
  expect(eachOf('=f(a.filter(x, x.b)).c').list).toBe('f(a.filter(x, x.b)).c');
  expect(eachOf('=a.filter(x, x.b == "c, d").filter(y, y.e)')).toEqual({
    list: 'a.filter(x, x.b == "c, d")',
    only: 'y.e',
    by: '',
  });
});

it('an item is named after its list', () => {
  expect(singular('steps.session.lines')).toBe('line');
  expect(singular('invoice.entries')).toBe('entry');
  expect(singular('data')).toBe('item');
});
