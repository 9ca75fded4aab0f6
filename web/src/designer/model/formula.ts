// Formulas as texts: which words in them name a step. A formula is never rewritten by a pattern
// over the whole text: what stands in quotes or comments, or behind a dot, is no name.

import { type Json, type JsonMap, isList, isMap, isText } from './json';

/** A name in a formula, and where it stands: `to` is behind it. */
export interface Word {
  text: string;
  from: number;
  to: number;
}

/** Whether a value is a formula: `=x`, but not the text `==x`. */
export function isFormula(value: Json | undefined): value is string {
  return isText(value) && value.startsWith('=') && !value.startsWith('==');
}

type Token = { kind: 'word' | 'text' | 'sign'; from: number; to: number };

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9][A-Za-z0-9_.]*/y;
const BLANK = /(?:\s|\/\/[^\n]*)+/y;
const TEXT =
  /[rR]?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$))|[rR](?:"[^"\n]*"?|'[^'\n]*'?)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`[^`\n]*`?/y;

function match(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : -1;
}

/** The tokens of a formula, blanks and comments left out. Never fails: an odd sign is a sign. */
function tokens(source: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const take = (kind: Token['kind'], to: number): void => {
    found.push({ kind, from: at, to });
    at = to;
  };
  while (at < source.length) {
    const blank = match(BLANK, source, at);
    if (blank > at) {
      at = blank;
      continue;
    }
    const text = match(TEXT, source, at);
    if (text > at) {
      take('text', text);
      continue;
    }
    const word = match(WORD, source, at);
    if (word > at) {
      take('word', word);
      continue;
    }
    const number = match(NUMBER, source, at);
    // `1.` before a name is no number's end here: only digits and dots inside one.
    take('sign', number > at ? number : at + 1);
  }
  return found;
}

/** The ids of steps that a formula names as `steps.id` or `steps['id']`. */
export function stepWords(formula: string): Word[] {
  if (!formula.includes('steps')) return [];
  const found: Word[] = [];
  const all = tokens(formula);
  const is = (n: number, text: string): boolean => {
    const token = all[n];
    return token !== undefined && formula.slice(token.from, token.to) === text;
  };
  all.forEach((token, n) => {
    if (token.kind !== 'word' || !is(n, 'steps') || is(n - 1, '.')) return;
    // `.?steps` is a member too; `a ? steps.b : c` is none.
    if (is(n - 1, '?') && is(n - 2, '.')) return;
    const optional = is(n + 2, '?') ? 1 : 0;
    const name = all[n + 2 + optional];
    if (name === undefined) return;
    if (is(n + 1, '.') && name.kind === 'word') {
      found.push({ text: formula.slice(name.from, name.to), from: name.from, to: name.to });
    }
    if (is(n + 1, '[') && name.kind === 'text' && is(n + 3 + optional, ']')) {
      const quoted = formula.slice(name.from, name.to);
      const id = /^(['"])([a-z][a-z0-9_]*)\1$/.exec(quoted)?.[2];
      if (id) found.push({ text: id, from: name.from + 1, to: name.to - 1 });
    }
  });
  return found;
}

/** Names that a formula uses for themselves, not as members: `line`, `charge`. */
export function freeNames(formula: string): Set<string> {
  const all = tokens(formula);
  const found = new Set<string>();
  all.forEach((token, n) => {
    if (token.kind !== 'word') return;
    const before = all[n - 1];
    const dotted =
      before !== undefined &&
      (formula[before.from] === '.' ||
        (formula[before.from] === '?' && formula[all[n - 2]?.from ?? -1] === '.'));
    if (!dotted) found.add(formula.slice(token.from, token.to));
  });
  return found;
}

/** The formula with steps renamed. */
export function renameSteps(formula: string, names: ReadonlyMap<string, string>): string {
  let [result, done] = ['', 0];
  for (const word of stepWords(formula)) {
    const to = names.get(word.text);
    if (to === undefined) continue;
    result += formula.slice(done, word.from) + to;
    done = word.to;
  }
  return done === 0 ? formula : result + formula.slice(done);
}

/** Keys of steps that hold texts for people or names of other things, never formulas. */
const STEP_TEXTS = new Set(['id', 'title', 'note', 'use', 'call', 'connection', 'as', 'else']);
const HOLDS_STEPS = new Set(['steps', 'on_error', 'parallel']);
const DOCUMENT_TEXTS = new Set(['schema', 'flow', 'title', 'note', 'trigger']);

type Change = (formula: string) => string;

/** The value with each of its formulas changed; the same object if none is. */
function changeValue(value: Json, change: Change): Json {
  if (isFormula(value)) return change(value);
  if (isList(value)) return changeItems(value, (item) => changeValue(item, change));
  if (isMap(value)) return changeMembers(value, (_, inner) => changeValue(inner, change));
  return value;
}

function changeSteps(list: Json, change: Change): Json {
  if (!isList(list)) return changeValue(list, change);
  return changeItems(list, (step) => (isMap(step) ? changeStep(step, change) : step));
}

/** A step or a case, with the steps that it holds unless only its own formulas are meant. */
function changeStep(step: JsonMap, change: Change, own = false): JsonMap {
  return changeMembers(step, (key, value) => {
    if (STEP_TEXTS.has(key)) return value;
    if (own && key === 'choose' && isList(value)) {
      return changeItems(value, (one) => (isMap(one) ? changeStep(one, change, true) : one));
    }
    if (own && HOLDS_STEPS.has(key)) return value;
    if (key === 'steps' || key === 'on_error' || key === 'choose') {
      return changeSteps(value, change);
    }
    if (key === 'parallel' && isMap(value)) {
      return changeMembers(value, (_, list) => changeSteps(list, change));
    }
    return changeValue(value, change);
  });
}

function changeItems(list: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  const items = list.map(change);
  return items.some((item, n) => item !== list[n]) ? items : list;
}

function changeMembers(map: JsonMap, change: (key: string, value: Json) => Json): JsonMap {
  const members = Object.entries(map).map(([k, v]): [string, Json] => [k, change(k, v)]);
  return members.some(([k, v]) => v !== map[k]) ? Object.fromEntries(members) : map;
}

/** The formulas of a step and of the steps that it holds, in order. */
export function formulasOf(step: JsonMap): string[] {
  const found: string[] = [];
  changeStep(step, (formula) => (found.push(formula), formula));
  return found;
}

/** A step's own formulas, without those of the steps that it holds. */
export function ownFormulas(step: JsonMap): string[] {
  const found: string[] = [];
  changeStep(step, (formula) => (found.push(formula), formula), true);
  return found;
}

/** The step with other steps renamed in its formulas. */
export function renameInStep(step: JsonMap, names: ReadonlyMap<string, string>): JsonMap {
  return changeStep(step, (formula) => renameSteps(formula, names));
}

/** The document with steps renamed in all formulas. */
export function renameInDocument(document: JsonMap, names: ReadonlyMap<string, string>): JsonMap {
  const change: Change = (formula) => renameSteps(formula, names);
  return changeMembers(document, (key, value) => {
    if (DOCUMENT_TEXTS.has(key)) return value;
    return key === 'steps' ? changeSteps(value, change) : changeValue(value, change);
  });
}
