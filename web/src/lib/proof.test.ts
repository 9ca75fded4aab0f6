import { ties } from './proof';
import { expect, test } from 'vitest';

const row = { currency: 'EUR', account: '1010', entries_minor: -1634, posted_minor: -1600 };

test('a difference is what the provider holds less our entries', () => {
  const [tied, off, unknown] = ties([
    { ...row, held_minor: -1634 },
    { ...row, held_minor: -1600 },
    row,
  ]);
  expect([tied?.difference, tied?.underWay]).toEqual([0n, -34n]);
  expect(off?.difference).toBe(34n);
  expect(unknown?.difference).toBeNull();
});
