import { expect, test } from 'vitest';
import { leaves, read, typedText } from './payload';

test('each value has its pointer, and hidden ones are known', () => {
  const payload = { 'a/b': [{ c: 1 }], name: '\u2022\u2022\u2022', none: null, empty: {} };
  expect(leaves(payload)).toEqual([
    { path: '/a~1b/0/c', value: 1, hidden: false },
    { path: '/name', value: '\u2022\u2022\u2022', hidden: true },
    { path: '/none', value: null, hidden: false },
  ]);
});

test('a value keeps its kind, or the mistake is named', () => {
  expect(read('usd', '12')).toBe('12');
  expect(read(1800, '1900')).toBe(1900);
  expect(read(false, 'true')).toBe(true);
  expect(read(null, 'eur')).toBe('eur');
  expect(() => read(1800, '19,00')).toThrow('number');
  expect(() => read(1800, '9007199254740993')).toThrow('exactly');
  expect(() => read(true, 'yes')).toThrow('true or false');
  expect(typedText(12.5)).toBe('12.5');
});
