import { attempts } from './attempts';
import { expect, it } from 'vitest';

it('cuts the calls after each that is tried again', () => {
  const call = (label: string, fault?: string) => ({
    label,
    ...(fault ? { fault: { class: fault } } : {}),
  });
  const calls = [
    call('a', 'rate_limited'),
    call('a'),
    call('b', 'not_found'),
    call('c', 'transient'),
    call('c'),
  ];
  const labels = attempts(calls).map((tried) => tried.map(({ label }) => label).join(''));
  expect(labels).toEqual(['a', 'abc', 'c']);
  expect(attempts([])).toEqual([]);
});
