// How a field gets its value, read from the value as it is written: nothing is stored beside it.
// A source is a path, a lookup one call; what they do where nothing is there is part of how they are
// written, so that it can be shown and changed without a second language.

import type { Json } from '../model/json';

export type WayKind = 'empty' | 'source' | 'constant' | 'lookup' | 'formula';
/** What happens where nothing is there: the run stops, the field is left out, a default is taken. */
export type Missing = 'error' | 'skip' | 'default';

export interface Way {
  kind: WayKind;
  /** What happens where it is missing; nothing where the formula itself must say it. */
  missing?: Missing;
  /** The default as a formula writes it. */
  otherwise?: string;
  /** The table of a lookup, and what is looked up in it. */
  table?: string;
  key?: string;
  /** What of the row is taken: `.account`. */
  rest?: string;
  /** The path, without what says what happens where it is missing. */
  path?: string;
}

const PATH =
  /^[A-Za-z_]\w*(?:\.\??[A-Za-z_]\w*|\[\??(?:\d+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])*$/;
const REST = /^(?:\.\??[A-Za-z_]\w*)*$/;

/** Where the bracket closes that opens at `open`; -1 if it does not. */
function closing(text: string, open: number): number {
  let [depth, quote] = [0, ''];
  for (let at = open; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (quote) {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** The arguments of a call, cut at its own commas. */
export function argumentsOf(inner: string): string[] {
  const found: string[] = [];
  let [depth, quote, from] = [0, '', 0];
  for (let at = 0; at < inner.length; at += 1) {
    const sign = inner.charAt(at);
    if (quote) {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    else if (sign === ',' && depth === 0) {
      found.push(inner.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = inner.slice(from).trim();
  return last === '' && found.length === 0 ? [] : [...found, last];
}

/** A call at the beginning of a text, and what follows it. */
export function callAt(text: string, name: string): { inner: string; rest: string } | null {
  if (!text.startsWith(`${name}(`)) return null;
  const end = closing(text, name.length);
  if (end < 0) return null;
  return { inner: text.slice(name.length + 1, end), rest: text.slice(end + 1) };
}

/** `x.orValue(y)` in its two parts. */
function withDefault(text: string): [string, string] | null {
  const at = text.lastIndexOf('.orValue(');
  if (at < 0 || closing(text, at + '.orValue'.length) !== text.length - 1) return null;
  return [text.slice(0, at), text.slice(at + '.orValue('.length, -1).trim()];
}

function quoted(text: string): string | null {
  return /^'((?:[^'\\]|\\.)*)'$/.exec(text)?.[1] ?? /^"((?:[^"\\]|\\.)*)"$/.exec(text)?.[1] ?? null;
}

/** How a value as it is typed comes about. */
export function wayOf(text: string): Way {
  if (text === '') return { kind: 'empty' };
  if (!text.startsWith('=') || text.startsWith('==')) return { kind: 'constant' };
  const formula = text.slice(1).trim();
  const [core, otherwise] = withDefault(formula) ?? [formula, undefined];
  if (PATH.test(core)) {
    const path = core.replaceAll('.?', '.').replaceAll('[?', '[');
    if (otherwise !== undefined) return { kind: 'source', missing: 'default', otherwise, path };
    return { kind: 'source', missing: path === core ? 'error' : 'skip', path };
  }
  for (const [name, count] of [
    ['lookup', 2],
    ['lookup_or', 3],
  ] as const) {
    const call = callAt(formula, name);
    const given = call && argumentsOf(call.inner);
    const table = given?.[0] === undefined ? null : quoted(given[0]);
    if (!call || given?.length !== count || table === null || !REST.test(call.rest)) continue;
    const key = given[1] ?? '';
    const lookup = { kind: 'lookup', table, key, rest: call.rest } as const;
    return count === 2
      ? { ...lookup, missing: 'error' }
      : { ...lookup, missing: 'default', otherwise: given[2] ?? '' };
  }
  return otherwise === undefined
    ? { kind: 'formula' }
    : { kind: 'formula', missing: 'default', otherwise };
}

/** A path of which the last member may be missing. */
function optional(path: string): string {
  const dot = path.lastIndexOf('.');
  const bracket = path.lastIndexOf('[');
  const at = Math.max(dot, bracket);
  return at < 0 ? path : `${path.slice(0, at + 1)}?${path.slice(at + 1)}`;
}

/** The value with something else to happen where it is missing; as it is where that cannot be said. */
export function withMissing(text: string, missing: Missing, otherwise: string): string {
  const way = wayOf(text);
  if (way.kind === 'lookup') {
    const { table = '', key = '', rest = '' } = way;
    if (missing === 'skip') return text;
    const end = missing === 'default' ? `, ${otherwise})` : ')';
    const name = missing === 'default' ? 'lookup_or' : 'lookup';
    return `=${name}('${table}', ${key}${end}${rest}`;
  }
  if (way.kind === 'formula' && way.missing === 'default' && missing === 'default') {
    const core = withDefault(text.slice(1).trim())?.[0] ?? '';
    return `=${core}.orValue(${otherwise})`;
  }
  if (way.kind !== 'source' || way.path === undefined) return text;
  if (missing === 'error') return `=${way.path}`;
  const formula = text.slice(1).trim();
  const core = withDefault(formula)?.[0] ?? formula;
  const open = /\.\?|\[\?/.test(core) ? core : optional(way.path);
  return missing === 'skip' ? `=${open}` : `=${open}.orValue(${otherwise})`;
}

/** What can be said of it where it is missing. */
export function choicesOf(way: Way, required: boolean): Missing[] {
  if (way.kind === 'source') {
    // A name alone is always there.
    if (way.path !== undefined && !/[.[]/.test(way.path)) return [];
    return required ? ['error', 'default'] : ['error', 'skip', 'default'];
  }
  if (way.kind === 'lookup') return way.rest ? ['error'] : ['error', 'default'];
  return way.missing === 'default' ? ['default'] : [];
}

/** A default as a person types it: a text as it is, a formula after `=`. */
export function typedDefault(otherwise: string): string {
  const text = quoted(otherwise);
  if (text !== null) {
    const plain = text.replace(/\\(.)/g, '$1');
    return plain.startsWith('=') || /^-?\d/.test(plain) ? `=${otherwise}` : plain;
  }
  return /^(-?\d+|true|false)$/.test(otherwise) ? otherwise : `=${otherwise}`;
}

/** The other way round. */
export function writtenDefault(typed: string): string {
  if (typed.startsWith('=')) return typed.slice(1).trim() || "''";
  if (/^(-?\d+|true|false)$/.test(typed)) return typed;
  return textOf(typed);
}

/** A text as a formula writes it. */
export function textOf(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

/** The value brought to another way: what was there is kept where it has a place. */
export function toWay(text: string, kind: WayKind, found: Json | undefined, table: string): string {
  const way = wayOf(text);
  if (way.kind === kind) return text;
  const source = way.path ?? way.key ?? '';
  switch (kind) {
    case 'empty':
      return '';
    case 'constant':
      return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
    case 'source':
      return PATH.test(source) ? `=${source}` : '=';
    case 'lookup':
      return `=lookup(${textOf(table)}, ${source})`;
    case 'formula':
      if (way.kind === 'constant') return `=${writtenDefault(text)}`;
      return text.startsWith('=') ? text : '=';
  }
}
