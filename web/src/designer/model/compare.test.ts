import { catalogOf } from './catalog';
import { type Change, pairsOf } from './compare';
import type { JsonMap } from './json';
import { expect, it } from 'vitest';

const CATALOG = catalogOf([], []);
const step = (id: string, more: JsonMap = {}): JsonMap => ({ id, set: { x: 1 }, ...more });
const flow = (...steps: JsonMap[]): JsonMap => ({ flow: 'f', trigger: 'manual', steps });

function shown(before: JsonMap, after: JsonMap, changes: Change[]): string[] {
  return pairsOf(before, after, changes, CATALOG).map(
    ({ before: old, after: now, mark }) => `${old?.id ?? '-'} ${now?.id ?? '-'} ${mark}`,
  );
}

it('steps stand beside what they were', () => {
  const before = flow(step('a'), step('b'), step('c'));
  const after = flow(step('a', { set: { x: 2 } }), step('n'), step('c'));
  const changes = [
    { kind: 'changed', step: 'a', sentence: 'a.x: 1 → 2' },
    { kind: 'added', step: 'n', sentence: 'step n added' },
    { kind: 'removed', step: 'b', sentence: 'step b removed' },
  ];
  expect(shown(before, after, changes)).toEqual([
    '  same',
    'a a changed',
    '- n added',
    'b - removed',
    'c c same',
  ]);
  const [, first] = pairsOf(before, after, changes, CATALOG);
  expect(first?.sentences).toEqual(['a.x: 1 → 2']);
});

it('what moved stands in both places, what was renamed beside its old name', () => {
  const before = flow(step('a'), step('b'), step('c'));
  const moved = [{ kind: 'moved', step: 'c', sentence: 'step c moved before a' }];
  expect(shown(before, flow(step('c'), step('a'), step('b')), moved)).toEqual([
    '  same',
    '- c moved',
    'a a same',
    'b b same',
    'c - moved',
  ]);
  const renamed = [{ kind: 'renamed', step: 'z', sentence: '', before: 'b', after: 'z' }];
  expect(shown(before, flow(step('a'), step('z'), step('c')), renamed)[2]).toBe('b z renamed');
});
