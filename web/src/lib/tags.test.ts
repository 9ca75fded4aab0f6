import { changed, spelled } from './tags';
import { expect, test } from 'vitest';

test('what is typed is spelled as tags are', () => {
  expect(spelled('Asked the Shop!')).toBe('asked-the-shop');
  expect(spelled('Mu\u0308ller')).toBe('m\u00fcller');
  expect(spelled('a'.repeat(40))).toHaveLength(32);
});

test('a change is what is put on and taken off', () => {
  expect(changed(['a', 'b'], ['b', 'c'])).toEqual([
    ['c', true],
    ['a', false],
  ]);
});
