// The names that a step's formulas see, as rows of a tree: how each is written, and what it holds.

import { isAmount, ofMinor } from './money';
import { type Json, isList, isMap } from '../model/json';

export interface Name {
  name: string;
  value: Json;
}

export interface Source {
  /** As a formula names it: `charge.billing_details.name`. */
  path: string;
  label: string;
  depth: number;
  /** What it holds; of a map or list how much. */
  shown: string;
  kind: 'text' | 'number' | 'boolean' | 'list' | 'map' | 'nothing';
  /** Whether it holds others. */
  folds: boolean;
}

const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ITEMS_MAX = 20;

/** How a formula names a member or an item. */
export function member(path: string, name: string | number): string {
  if (typeof name === 'number') return `${path}[${name}]`;
  return WORD.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

function kindOf(value: Json): Source['kind'] {
  if (value === null) return 'nothing';
  if (isList(value)) return 'list';
  if (isMap(value)) return 'map';
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
}

/** A value in few words. Minor units stand with the amount that they are where a currency is beside them. */
export function inShort(value: Json, beside?: Json): string {
  if (value === null) return 'nothing';
  if (isList(value)) return value.length === 1 ? '1 item' : `${value.length} items`;
  if (isMap(value)) {
    const count = Object.keys(value).length;
    return count === 1 ? '1 field' : `${count} fields`;
  }
  if (value === '') return 'empty text';
  const amount = isMap(beside) ? ofMinor(value, beside.currency) : null;
  return amount === null ? String(value) : `${amount} (${String(value)} in minor units)`;
}

function* walk(
  value: Json,
  path: string,
  label: string,
  depth: number,
  beside?: Json,
): Generator<Source> {
  const kind = kindOf(value);
  const folds = (kind === 'map' || kind === 'list') && inShort(value) !== '0 fields';
  const shown = inShort(value, isAmount(label) ? beside : undefined);
  yield { path, label, depth, shown, kind, folds };
  if (depth > 12) return;
  if (isMap(value)) {
    for (const [name, inner] of Object.entries(value))
      yield* walk(inner, member(path, name), name, depth + 1, value);
  }
  if (isList(value)) {
    for (const [n, inner] of value.slice(0, ITEMS_MAX).entries())
      yield* walk(inner, member(path, n), String(n + 1), depth + 1);
  }
}

/** All rows, each before those that it holds. */
export function sourcesOf(scope: readonly Name[]): Source[] {
  return scope.flatMap(({ name, value }) => [...walk(value, name, name, 0)]);
}

/** The rows that are drawn: found by name or value, or else those that are not folded away. */
export function visible(
  all: readonly Source[],
  open: ReadonlySet<string>,
  query: string,
  only: (source: Source) => boolean = () => true,
): Source[] {
  const wanted = query.trim().toLowerCase();
  if (wanted !== '') return all.filter((one) => !one.folds && only(one) && matches(one, wanted));
  const found: Source[] = [];
  let hidden = Infinity;
  for (const one of all) {
    if (one.depth > hidden) continue;
    hidden = one.folds && !open.has(one.path) ? one.depth : Infinity;
    if (one.folds || only(one)) found.push(one);
  }
  return found;
}

/** Whether a part of its name or its value is so. */
export function matches(source: Source, wanted: string): boolean {
  return (
    source.path.toLowerCase().includes(wanted) ||
    (!source.folds && source.shown.toLowerCase().includes(wanted))
  );
}

/** Sources by a part of name or value, those whose own name begins with it first. */
export function suggest(all: readonly Source[], typed: string, most = 8): Source[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [];
  const rank = (one: Source): number => {
    const label = one.label.toLowerCase();
    if (label === wanted) return 0;
    if (label.startsWith(wanted)) return 1;
    if (one.path.toLowerCase().includes(wanted)) return 2;
    return 3;
  };
  return all
    .filter((one) => matches(one, wanted))
    .map((one): [number, Source] => [rank(one), one])
    .sort(([a, one], [b, other]) => a - b || one.depth - other.depth)
    .slice(0, most)
    .map(([, one]) => one);
}

/** Paths that formulas name, as far as they stand in them as words. */
export function used(formulas: readonly string[]): (path: string) => boolean {
  const text = formulas.join('\n').replaceAll('.?', '.').replaceAll('[?', '[');
  return (path) => {
    for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
      const before = text[at - 1] ?? ' ';
      const after = text[at + path.length] ?? ' ';
      if (!/[\w.]/.test(before) && !/\w/.test(after)) return true;
    }
    return false;
  };
}

/** What stands in a new block before anything is decided. */
const UNDECIDED = ['=', '=true', '=[]'];

/** A text with a piece put in; a text that is no formula, or that decides nothing yet, becomes one. */
export function insert(
  text: string,
  piece: string,
  from: number,
  to: number,
): { text: string; cursor: number } {
  if (!text.startsWith('=') || UNDECIDED.includes(text))
    return { text: `=${piece}`, cursor: piece.length + 1 };
  const [start, end] = [Math.max(1, from), Math.max(1, to)];
  return { text: text.slice(0, start) + piece + text.slice(end), cursor: start + piece.length };
}

/** The name before the cursor that may be completed, and where it begins. */
export function wordBefore(text: string, cursor: number): { word: string; from: number } {
  const word = /[A-Za-z_][\w.]*$/.exec(text.slice(0, cursor))?.[0] ?? '';
  return { word, from: cursor - word.length };
}
