import { standing, worked } from './steps';
import { expect, test } from 'vitest';

const step = (id: string, from: number, to: number) => ({
  id,
  state: 'done',
  started_at: new Date(from).toISOString(),
  ended_at: new Date(to).toISOString(),
  reused: false,
});
const call = (id: string, from: number, to: number) => ({
  step: id,
  place: `${from}.0`,
  kept: false,
  label: 'GET',
  kind: 'read',
  started_at: new Date(from).toISOString(),
  ended_at: new Date(to).toISOString(),
});

test('calls stand with the step that made them, each time it was worked', () => {
  const rows = worked({
    steps: [step('a', 10, 20), step('b', 25, 30), step('a', 40, 50)],
    calls: [call('a', 5, 19), call('b', 21, 29), call('a', 35, 49)],
  });
  expect(rows.map((row) => [row.id, row.start, row.end, row.calls.length])).toEqual([
    ['a', 5, 20, 1],
    ['b', 21, 30, 1],
    ['a', 35, 50, 1],
  ]);
});

test('the step that failed is shown although it left no record', () => {
  const run = {
    steps: [step('a', 10, 20)],
    calls: [],
    step: 'lines',
    state: 'dead',
    fault: { class: 'rejected', message: 'no row' },
  };
  const rows = worked(run);
  expect(rows.map((row) => [row.id, standing(row, run)])).toEqual([
    ['a', 'done'],
    ['lines', 'failed'],
  ]);
});
