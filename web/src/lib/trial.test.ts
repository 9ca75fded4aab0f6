import { verdict } from './trial';
import { expect, test } from 'vitest';

const step = (id: string, state: string, origin: string, effect: number | null = null) => ({
  ...{ id, state, origin, effect },
});

test('a trial says no more than it can know', () => {
  const read = step('money', 'done', 'live');
  const known = step('customer', 'done', 'store', 0);
  const order = step('order', 'done', 'invented', 1);
  const failed = step('placed', 'failed', 'live');
  expect(verdict({ state: 'done', steps: [read, order] })).toEqual({ kind: 'through' });
  expect(verdict({ state: 'dead', steps: [read, known, order, failed] })).toEqual({
    kind: 'beyond',
    step: 'order',
  });
  expect(verdict({ state: 'dead', steps: [read, known, failed] })).toEqual({ kind: 'stuck' });
  const refused = step('order', 'failed', 'invented', 1);
  expect(verdict({ state: 'dead', steps: [read, refused] })).toEqual({ kind: 'stuck' });
});
