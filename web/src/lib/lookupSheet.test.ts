import { sheetOf, valueText } from './lookupSheet';
import { expect, test } from 'vitest';

test('cells of a spreadsheet become CSV, and what has a comma is quoted', () => {
  expect(sheetOf('key\tvalue\r\nA 1\tMugs, blue\r\n')).toBe('key,value\nA 1,"Mugs, blue"\n');
});

test('CSV stays as it is', () => {
  expect(sheetOf('key;value\nA;B\n')).toBe('key;value\nA;B\n');
});

test('a row reads as names and values', () => {
  expect(valueText({ account: '1200', open: true })).toBe('account 1200, open true');
  expect(valueText('30')).toBe('30');
});
