import { bars, percentile } from './buckets';
import { expect, test } from 'vitest';

test('runs are counted by when they began', () => {
  const run = (ms: number, state: string) => ({ created_at: new Date(ms).toISOString(), state });
  const found = bars([run(0, 'done'), run(99, 'dead'), run(50, 'waiting')], 100, 2);
  expect(found.widthMs).toBe(50);
  expect(found.bars).toEqual([
    { start: 0, done: 1, failed: 0, other: 0 },
    { start: 50, done: 0, failed: 1, other: 1 },
  ]);
  expect(bars([], 100, 2).bars.length).toBe(2);
});

test('a percentile is one of the values', () => {
  expect(percentile([5, 1, 9, 3], 0.5)).toBe(5);
  expect(percentile([5], 0.95)).toBe(5);
  expect(percentile([], 0.5)).toBeNull();
});
