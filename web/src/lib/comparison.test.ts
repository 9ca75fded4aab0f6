import { compare } from './comparison';
import { expect, it } from 'vitest';

it('what would be written stands beside what is there, field by field', () => {
  const would = { name: 'Ada', address: { city: 'Paris', country: 'FR' }, lines: [1], own: 2 };
  const there = { name: 'Ada', address: { city: 'Lyon', country: 'FR' }, lines: [1, 2], more: 3 };
  expect(compare(would, there)).toEqual([
    { path: 'name', there: 'Ada', would: 'Ada', same: true },
    { path: 'address.city', there: 'Lyon', would: 'Paris', same: false },
    { path: 'address.country', there: 'FR', would: 'FR', same: true },
    { path: 'lines', there: [1, 2], would: [1], same: false },
  ]);
});
