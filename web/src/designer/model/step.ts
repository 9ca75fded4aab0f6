// Steps: their kinds and the lists of steps that they hold.

import { type Json, type JsonMap, type Path, isList, isMap, isText } from './json';

export const KINDS = [
  'use',
  'set',
  'check',
  'choose',
  'each',
  'parallel',
  'wait',
  'approve',
  'call',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a nested list of steps is for the step that holds it. */
export type Role = 'case' | 'item' | 'branch' | 'error';

export interface NestedList {
  role: Role;
  /** From the step to the list. */
  path: Path;
  /** The branch's name, or which case it is, counted from 0. */
  name: string;
  steps: readonly Json[];
}

/** The kind of a step or of a case with one block; none if it does not say, or says several. */
export function kindOf(step: Json | undefined): Kind | undefined {
  if (!isMap(step)) return undefined;
  const present = KINDS.filter((kind) => Object.hasOwn(step, kind));
  return present.length === 1 ? present[0] : undefined;
}

export function idOf(step: Json | undefined): string {
  const id = isMap(step) ? step.id : undefined;
  return isText(id) ? id : '';
}

export function titleOf(step: Json | undefined): string {
  const title = isMap(step) ? step.title : undefined;
  return isText(title) ? title : '';
}

/** The cases of a `choose`, whether they hold steps or one block. */
export function casesOf(step: JsonMap): readonly Json[] {
  return isList(step.choose) ? step.choose : [];
}

/** The lists of steps that a step holds, in the order of the document. */
export function nestedLists(step: Json | undefined): NestedList[] {
  if (!isMap(step)) return [];
  const found: NestedList[] = [];
  casesOf(step).forEach((one, n) => {
    if (isMap(one) && isList(one.steps) && !Object.hasOwn(one, 'each')) {
      const path = ['choose', n, 'steps'];
      found.push({ role: 'case', path, name: String(n), steps: one.steps });
    }
  });
  if (Object.hasOwn(step, 'each') && isList(step.steps)) {
    found.push({ role: 'item', path: ['steps'], name: '', steps: step.steps });
  }
  if (isMap(step.parallel)) {
    for (const [name, steps] of Object.entries(step.parallel)) {
      if (isList(steps)) found.push({ role: 'branch', path: ['parallel', name], name, steps });
    }
  }
  if (isList(step.on_error)) {
    found.push({ role: 'error', path: ['on_error'], name: '', steps: step.on_error });
  }
  return found;
}

/** Calls `visit` for every step below `list`, a step before those that it holds. */
export function walk(
  list: Json | undefined,
  at: Path,
  visit: (step: JsonMap, path: Path) => void,
): void {
  if (!isList(list)) return;
  list.forEach((step, n) => {
    if (!isMap(step)) return;
    const path = [...at, n];
    visit(step, path);
    for (const nested of nestedLists(step)) walk(nested.steps, [...path, ...nested.path], visit);
  });
}
