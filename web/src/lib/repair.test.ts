import { headline, remaining, shares } from './repair';
import { describe, expect, it } from 'vitest';

const trial = {
  kind: 'trial',
  state: 'done',
  total: 14,
  gone: 14,
  good: 14,
  beyond: 2,
  money: [
    { currency: 'EUR', good_minor: 831_000 },
    { currency: 'USD', good_minor: 0 },
  ],
};

describe('repair', () => {
  it('tells what would go on, with its money', () => {
    expect(headline(trial)).toBe('14 of 14 would now go on, EUR\u00a08,310.00');
    const part = { ...trial, state: 'running', gone: 4, good: 3 };
    expect(headline(part)).toContain('3 of 4 tried would now go on');
    expect(shares(part).good).toBeCloseTo(300 / 14);
  });

  it('tells of a retry what has ended and what has not', () => {
    const stands = { done: 9, dead: 2, open: 1, money: [{ currency: 'EUR', done_minor: 100 }] };
    const retry = { ...trial, kind: 'retry', good: 12, stands };
    expect(headline(retry)).toBe(
      '9 of 14 done, EUR\u00a01.00, 2 failed again, 1 under way or waiting, 2 could not be begun',
    );
    expect(shares(retry).bad).toBeCloseTo(400 / 14);
  });

  it('tells how long it takes once it has begun', () => {
    const part = { ...trial, state: 'running', gone: 7 };
    expect(remaining(part, 0, 1_000)).toBe(1_000);
    expect(remaining({ ...part, gone: 0 }, 0, 1_000)).toBeNull();
    expect(remaining(trial, 0, 1_000)).toBeNull();
  });
});
