import { cell, shape } from './lookupRow';
import { expect, test } from 'vitest';

test('a row has the columns that are defined, or those of its neighbours, or one value', () => {
  const account = [{ name: 'account', required: true }, { name: 'dimension' }];
  expect(shape(account, undefined)).toEqual({
    columns: [
      { name: 'account', type: 'text', required: true },
      { name: 'dimension', type: 'text', required: false },
    ],
    isBare: false,
  });
  expect(shape([{ name: 'value' }], undefined).isBare).toBe(true);
  expect(shape(undefined, { account: '2300', days: 5 }).columns.map((c) => c.type)).toEqual([
    'text',
    'number',
  ]);
  expect(shape(undefined, 'MUG').isBare).toBe(true);
});

test('a cell is sent as its type, and what cannot be is left to the server', () => {
  expect(cell('number', '12')).toBe(12);
  expect(cell('number', '12,5')).toBe('12,5');
  expect(cell('decimal', '12.50')).toBe('12.50');
  expect(cell('bool', 'true')).toBe(true);
});
