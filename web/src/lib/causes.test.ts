import { groupCauses } from './causes';
import { expect, test } from 'vitest';

const row = (
  fingerprint: string,
  currency: string | null,
  amount: number | null,
  count: number,
) => ({
  fingerprint,
  flow: 'order-to-cash',
  step: 'order',
  class: 'rejected',
  sentence: fingerprint,
  code: 'rejected',
  message: fingerprint,
  count,
  amount_minor: amount,
  currency,
  since: `2026-11-2${count}T00:00:00Z`,
  until: '2026-11-27T00:00:00Z',
  first: `run_${count}`,
  questions: 0,
  trend: [],
  tags: [],
});

test('failures of a cause are one row with a sum per currency, the largest first', () => {
  const groups = groupCauses([
    row('small', 'EUR', 50_00, 1),
    row('large', 'EUR', 90_00, 3),
    row('large', 'JPY', 900, 2),
    row('large', null, null, 4),
  ]);
  expect(groups.map((g) => [g.fingerprint, g.count, g.amounts])).toEqual([
    [
      'large',
      9,
      [
        { currency: 'EUR', minor: 9000n },
        { currency: 'JPY', minor: 900n },
      ],
    ],
    ['small', 1, [{ currency: 'EUR', minor: 5000n }]],
  ]);
  expect(groups[0]?.since).toBe('2026-11-22T00:00:00Z');
  expect(groups[0]?.first).toBe('run_2');
});
