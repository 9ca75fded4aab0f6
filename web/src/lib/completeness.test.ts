import { counted, fetchedOf } from './completeness';
import { expect, it } from 'vitest';

it('tells n of n even if nothing was missing', () => {
  const all = { received: 12408, listed: 12408 };
  expect(counted(all, 'en')).toBe('received 12,408 of 12,408 listed events');
  expect(fetchedOf({ fetched: 0 })).toBe('none had to be fetched');
  expect(fetchedOf({ fetched: 1 })).toBe('1 of them had not been delivered and was fetched');
});
