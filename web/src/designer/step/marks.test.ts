import { markOf, percent, trafficPath, warningsOf } from './marks';
import { expect, it } from 'vitest';

it('real events are told as shares that round away neither the rare nor the usual', () => {
  expect(percent(1, 500)).toBe('<1 %');
  expect(percent(499, 500)).toBe('>99 %');
  expect(percent(500, 500)).toBe('100 %');
  expect(percent(0, 500)).toBe('0 %');
  expect(trafficPath('charge.lines[3].amount')).toBe('charge.lines[].amount');
});

it('a source says how often it is there, a field what would be cut', () => {
  const field = { path: 'a', kinds: ['text'], present: 49, of: 50, longest: 36 };
  expect(markOf(field)).toEqual({
    word: '98 %',
    sentence: 'There in 49 of 50 real events, the longest has 36 characters',
  });
  expect(markOf({ ...field, present: 0 })?.word).toBe('never');
  expect(markOf({ ...field, present: 50 })?.word).toBe('');
  const formula = {
    path: 'steps.a.with.b',
    formula: '=x',
    worked: 50,
    absent: 0,
    failed: 0,
    too_long: 1,
    takes: 30,
    longest: 41,
  };
  expect(warningsOf(formula, 50)).toEqual([
    '2 % of 50 real events would be longer than 30 characters; the longest has 41',
  ]);
});
