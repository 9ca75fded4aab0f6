// Two versions of a flow side by side: each row of the one beside the row that it was or became.

import type { Catalog } from './catalog';
import { type JsonMap, get } from './json';
import { textOf } from './picture';
import { type Row, rowsOf } from './rows';
import { idOf } from './step';

/** What became otherwise, as the server tells it. */
export interface Change {
  kind: string;
  step?: string | null | undefined;
  sentence: string;
  before?: unknown;
  after?: unknown;
}

export interface Side {
  text: string;
  detail: string;
  id: string;
  kind: Row['kind'];
  depth: number;
}

export type Mark = 'same' | 'added' | 'removed' | 'changed' | 'moved' | 'renamed';

export interface Pair {
  key: string;
  before: Side | null;
  after: Side | null;
  mark: Mark;
  /** What is told of it. */
  sentences: readonly string[];
}

interface Item {
  key: string;
  side: Side;
}

/** The rows of a version; one is met in the other by its key: a step by its id. */
function itemsOf(document: JsonMap, catalog: Catalog, names: ReadonlyMap<string, string>): Item[] {
  return rowsOf(document, new Set())
    .filter((row) => row.kind !== 'end')
    .map((row) => {
      const step = get(document, row.step);
      const [text, detail] = textOf(row, document, catalog);
      const id = idOf(step);
      const known = names.get(id) ?? id;
      const key = row.kind === 'start' ? 'start' : `${known}/${row.nested.slice(0, 2).join('/')}`;
      const own = row.kind === 'step' ? id : '';
      return { key, side: { text, detail, id: own, kind: row.kind, depth: row.depth } };
    });
}

/** The longest row of keys that both have in the same order. */
function inOrder(a: readonly string[], b: readonly string[]): Set<string> {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let n = a.length - 1; n >= 0; n -= 1) {
    for (let m = b.length - 1; m >= 0; m -= 1) {
      lengths[n * width + m] =
        a[n] === b[m]
          ? 1 + (lengths[(n + 1) * width + m + 1] ?? 0)
          : Math.max(lengths[(n + 1) * width + m] ?? 0, lengths[n * width + m + 1] ?? 0);
    }
  }
  const kept = new Set<string>();
  for (let [n, m] = [0, 0]; n < a.length && m < b.length;) {
    if (a[n] === b[m]) {
      kept.add(a[n] ?? '');
      n += 1;
      m += 1;
    } else if ((lengths[(n + 1) * width + m] ?? 0) >= (lengths[n * width + m + 1] ?? 0)) n += 1;
    else m += 1;
  }
  return kept;
}

/** Both versions from top to bottom. What moved stands in both places. */
export function pairsOf(
  before: JsonMap,
  after: JsonMap,
  changes: readonly Change[],
  catalog: Catalog,
): Pair[] {
  const renamed = changes.filter((one) => one.kind === 'renamed');
  const names = new Map(renamed.map((one) => [String(one.before), String(one.after)]));
  const old = itemsOf(before, catalog, names);
  const now = itemsOf(after, catalog, new Map());
  const kept = inOrder(
    old.map((one) => one.key),
    now.map((one) => one.key),
  );
  const there = new Set(now.map((one) => one.key));
  const was = new Set(old.map((one) => one.key));
  const told = (key: string): Change[] => {
    const [id, nested] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    if (key === 'start') return changes.filter((one) => !one.step);
    return nested === '' ? changes.filter((one) => one.step === id) : [];
  };
  const pairs: Pair[] = [];
  const push = (item: Item, before_: Side | null, after_: Side | null): void => {
    const own = told(item.key);
    const kinds = new Set(own.map((one) => one.kind));
    const mark: Mark = !before_
      ? was.has(item.key)
        ? 'moved'
        : 'added'
      : !after_
        ? there.has(item.key)
          ? 'moved'
          : 'removed'
        : kinds.has('renamed')
          ? 'renamed'
          : kinds.size > 0
            ? 'changed'
            : 'same';
    // Of what moved the sentence stands where it is now.
    const sentences = mark === 'moved' && !after_ ? [] : own.map((one) => one.sentence);
    const side = before_ ? 'b' : 'a';
    pairs.push({ key: `${item.key} ${side}`, before: before_, after: after_, mark, sentences });
  };
  let at = 0;
  for (const item of now) {
    if (!kept.has(item.key)) {
      push(item, null, item.side);
      continue;
    }
    for (; at < old.length; at += 1) {
      const one = old[at];
      if (!one || one.key === item.key) break;
      push(one, one.side, null);
    }
    push(item, old[at]?.side ?? null, item.side);
    at += 1;
  }
  for (const one of old.slice(at)) push(one, one.side, null);
  return pairs;
}
