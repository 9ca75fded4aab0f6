// The canvas as rows: the product places every step. A list of steps ends with a row of its own, so
// that every place where a step may stand is the upper edge of one row.

import { type Json, type JsonMap, type Path, get, isList, isMap, isText, samePath } from './json';
import type { Place } from './places';
import { casesOf, idOf, nestedLists } from './step';

export type RowKind = 'start' | 'step' | 'case' | 'branch' | 'error' | 'end';

export interface Row {
  /** Stable while a step keeps its id. */
  key: string;
  kind: RowKind;
  /** The step; for a case, a branch or an end, the step that holds it. Empty for the flow. */
  step: Path;
  /** From the step to the case or list. */
  nested: Path;
  depth: number;
  parent: string | null;
  /** For assistive technology: counted from 1. */
  level: number;
  position: number;
  size: number;
  foldable: boolean;
  folded: boolean;
  /** The place before the row; absent where no step may stand. */
  place?: Place;
  /** The depths at which the lines of the lists around it pass by. */
  rails: readonly number[];
}

/** The key of a step's row. */
export function keyOf(document: Json, step: Path): string {
  return `step:${idOf(get(document, step)) || step.join('/')}`;
}

/** All rows that are seen, from top to bottom; what is in `folded` hides what it holds. */
export function rowsOf(document: JsonMap, folded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const seen = new Set<string>();
  const push = (row: Row): void => {
    // Two steps with one id are wrong, yet both are shown.
    const key = seen.has(row.key) ? `${row.key}@${row.step.join('/')}` : row.key;
    seen.add(key);
    rows.push(key === row.key ? row : { ...row, key });
  };
  const base = { nested: [], foldable: false, folded: false };
  const list = get(document, ['steps']);
  const steps = isList(list) ? list : [];
  const size = steps.length + 1;
  push({
    ...base,
    key: 'start',
    kind: 'start',
    step: [],
    depth: 0,
    parent: null,
    level: 1,
    position: 1,
    size,
    rails: [],
  });

  const addList = (
    items: readonly Json[],
    at: Path,
    holder: { key: string; step: Path; nested: Path },
    depth: number,
    rails: readonly number[],
    first: number,
    count: number,
  ): void => {
    const inner = [...rails, depth];
    const parent = holder.key === '' ? null : holder.key;
    items.forEach((step, n) => {
      const path = [...at, n];
      const key = `step:${idOf(step) || path.join('/')}`;
      const holds = isMap(step) && (nestedLists(step).length > 0 || casesOf(step).length > 0);
      const isFolded = holds && folded.has(key);
      push({
        ...base,
        key,
        kind: 'step',
        step: path,
        depth,
        parent,
        level: depth + 1,
        position: first + n,
        size: count,
        foldable: holds,
        folded: isFolded,
        place: { list: at, at: n },
        rails: inner,
      });
      if (holds && !isFolded) addNested(step, path, key, depth, inner);
    });
    push({
      ...base,
      key: `end:${at.join('/')}`,
      kind: 'end',
      step: holder.step,
      nested: holder.nested,
      depth,
      parent,
      level: depth + 1,
      position: count,
      size: count,
      place: { list: at, at: items.length },
      rails: inner,
    });
  };

  const addNested = (
    step: JsonMap,
    path: Path,
    key: string,
    depth: number,
    rails: readonly number[],
  ): void => {
    const cases = casesOf(step);
    const lists = nestedLists(step);
    const groups =
      cases.length + lists.filter(({ role }) => role === 'branch' || role === 'error').length;
    let position = 0;
    const header = (kind: RowKind, nested: Path, steps: readonly Json[] | null): void => {
      position += 1;
      const inner = `${key}/${nested.slice(0, 2).join('/')}`;
      const isFolded = steps !== null && folded.has(inner);
      const size = groups + (Object.hasOwn(step, 'each') ? (lists[0]?.steps.length ?? 0) : 0);
      push({
        ...base,
        key: inner,
        kind,
        step: path,
        nested,
        depth: depth + 1,
        parent: key,
        level: depth + 2,
        position,
        size,
        foldable: steps !== null,
        folded: isFolded,
        rails,
      });
      if (steps !== null && !isFolded) {
        addList(
          steps,
          [...path, ...nested],
          { key: inner, step: path, nested },
          depth + 2,
          rails,
          1,
          steps.length,
        );
      }
    };
    cases.forEach((one, n) => {
      const steps =
        isMap(one) && isList(one.steps) && !Object.hasOwn(one, 'each') ? one.steps : null;
      header('case', steps ? ['choose', n, 'steps'] : ['choose', n], steps);
    });
    for (const { role, path: nested, steps } of lists) {
      if (role === 'item') {
        addList(
          steps,
          [...path, ...nested],
          { key, step: path, nested },
          depth + 1,
          rails,
          1,
          steps.length + groups,
        );
        position = steps.length;
      } else if (role !== 'case') {
        header(role === 'branch' ? 'branch' : 'error', nested, steps);
      }
    }
  };

  addList(steps, ['steps'], { key: '', step: [], nested: ['steps'] }, 0, [], 2, size);
  return rows;
}

/** How high a row is, in pixels at 100 %; the gap above it, where a step may be dropped, included. */
export function heightOf(row: Row, document: JsonMap): number {
  switch (row.kind) {
    case 'start':
      return 66;
    case 'step':
      return noteOf(document, row) === '' ? 64 : 84;
    case 'case':
      return (row.foldable ? 44 : 62) + (noteOf(document, row) === '' ? 0 : 20);
    case 'branch':
    case 'error':
      return 44;
    case 'end':
      return 40;
  }
}

/** The note of what a row shows. */
export function noteOf(document: JsonMap, row: Row): string {
  const path = row.kind === 'case' ? [...row.step, ...row.nested.slice(0, 2)] : row.step;
  const note =
    row.kind === 'step' || row.kind === 'case' ? get(document, [...path, 'note']) : undefined;
  return isText(note) ? note.trim() : '';
}

export function sameRow(a: Row, b: Row): boolean {
  const [one, other] = [a.place, b.place];
  const samePlace =
    one === undefined || other === undefined
      ? one === other
      : one.at === other.at && samePath(one.list, other.list);
  return (
    a.key === b.key &&
    a.kind === b.kind &&
    a.position === b.position &&
    a.size === b.size &&
    a.foldable === b.foldable &&
    a.folded === b.folded &&
    samePlace &&
    samePath(a.step, b.step) &&
    samePath(a.nested, b.nested)
  );
}

export interface Layout {
  rows: readonly Row[];
  /** The upper edge of each row, and the lower edge of the last. */
  tops: readonly number[];
  height: number;
  index: ReadonlyMap<string, number>;
}

export function layoutOf(document: JsonMap, folded: ReadonlySet<string>): Layout {
  const rows = rowsOf(document, folded);
  const tops: number[] = [0];
  let top = 0;
  for (const row of rows) tops.push((top += heightOf(row, document)));
  return { rows, tops, height: top, index: new Map(rows.map((row, n) => [row.key, n])) };
}

/** The row at a height; the first or last outside. */
export function rowAt({ tops, rows }: Layout, y: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The row whose upper edge is nearest to a height, of those where a step may stand. */
export function dropRowAt(layout: Layout, y: number): number {
  const near = rowAt(layout, y);
  let [best, distance] = [-1, Infinity];
  for (let n = Math.max(0, near - 6); n <= Math.min(layout.rows.length - 1, near + 6); n += 1) {
    if (!layout.rows[n]?.place) continue;
    const away = Math.abs((layout.tops[n] ?? 0) + 8 - y);
    if (away < distance) [best, distance] = [n, away];
  }
  return best;
}

/** The keys that must be unfolded for a step to be seen. */
export function around(document: JsonMap, step: Path): string[] {
  const keys: string[] = [];
  step.forEach((turn, n) => {
    if (typeof turn !== 'number' || n === step.length - 1) return;
    if (step[n - 1] === 'choose') return;
    const path = step.slice(0, n + 1);
    const key = keyOf(document, path);
    keys.push(key, `${key}/${step.slice(n + 1, n + 3).join('/')}`, `${key}/${String(step[n + 1])}`);
  });
  return keys;
}
