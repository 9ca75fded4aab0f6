import { expect, test } from 'vitest';
import { scale } from './timeline';

test('without gaps the line is straight', () => {
  const { place, cuts } = scale([
    { start: 100, end: 150 },
    { start: 150, end: 200 },
  ]);
  expect([100, 125, 150, 200].map(place)).toEqual([0, 0.25, 0.5, 1]);
  expect(cuts).toEqual([]);
});

test('an hour between two calls is cut short, and says how long it was', () => {
  const hour = 3_600_000;
  const { place, cuts } = scale([
    { start: 0, end: 50 },
    { start: hour, end: hour + 50 },
  ]);
  expect(place(50)).toBeCloseTo(50 / 112);
  expect(place(hour)).toBeCloseTo(62 / 112);
  expect(cuts).toEqual([{ at: 56 / 112, ms: hour - 50 }]);
});

test('nothing, or nothing that took time, is no error', () => {
  expect(scale([]).place(5)).toBe(0);
  expect(scale([{ start: 5, end: 5 }]).place(5)).toBe(0);
});
