import { expect, test } from 'vitest';
import { age, duration, relative, short } from './time';

const now = new Date('2026-11-24T09:42:00Z');

test('times are told as people tell them', () => {
  expect(relative(new Date('2026-11-24T07:42:00Z'), now, 'en')).toBe('2 hr. ago');
  expect(relative(new Date('2026-11-24T09:45:10Z'), now, 'en')).toBe('in 3 min.');
  expect(short(new Date('2026-11-24T07:02:03Z'), now, 'en-GB', 'UTC')).toBe('07:02:03');
  expect(short(new Date('2026-11-23T23:30:00Z'), now, 'en-GB', 'Europe/Berlin')).toBe('00:30:00');
  expect(short(new Date('2026-11-20T07:02:00Z'), now, 'en-GB', 'UTC')).toBe('20 Nov, 07:02');
});

test('durations and ages name one unit or two', () => {
  expect([340, 2100, 59_000, 200_000, 8_000_000].map(duration)).toEqual([
    '340 ms',
    '2.1 s',
    '59 s',
    '3 min 20 s',
    '2 h 13 min',
  ]);
  expect([5, 61, 7300, 200_000].map(age)).toEqual(['5 s', '1 min', '2 h', '2 d']);
});
