import { verdict } from './trial';
import { expect, test } from 'vitest';

const step = (id: string, state: string, origin: string, effect: number | null = null) => ({
  ...{ id, state, origin, effect },
});

test('a trial says no more than it can know', () => {
  const read = step('money', 'done', 'live');
  const update = step('address', 'done', 'invented', 0);
  const lines = step('lines', 'done', 'worked');
  const order = step('order', 'done', 'invented', 1);
  const failed = step('placed', 'failed', 'live');
  expect(verdict({ state: 'done', steps: [read, order] }, 'lines')).toEqual({ kind: 'through' });
  const further = { state: 'dead', steps: [read, update, lines, order, failed] };
  expect(verdict(further, 'lines')).toEqual({ kind: 'beyond', step: 'order' });
  expect(verdict(further, 'placed')).toEqual({ kind: 'stuck' });
  const again = { state: 'dead', steps: [read, update, step('lines', 'failed', 'worked')] };
  expect(verdict(again, 'lines')).toEqual({ kind: 'stuck' });
});
