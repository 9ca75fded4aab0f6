import { need } from './standing';
import { expect, it } from 'vitest';

it('brings the rows of a list together by currency and by age', () => {
  const rows = [
    { age: 'fresh', currency: 'EUR', count: 2, amount_minor: 100 },
    { age: 'older', currency: 'EUR', count: 1, amount_minor: 50 },
    { age: 'older', count: 3, amount_minor: 0 },
  ];
  expect(need(rows)).toEqual({
    amounts: [{ currency: 'EUR', minor: 150n }],
    count: 6,
    ages: { fresh: 2, week: 0, older: 4 },
  });
});
