// Functions found by what they are for, also by the names that spreadsheets have for them, and an
// example of each on what the sample holds.

import type { Source } from './sources';
import { argumentsOf, callAt } from './way';

export interface Offered {
  name: string;
  section: string;
  signature: string;
  doc: string;
  examples: readonly { formula: string; result: string }[];
  /** What is put in, if it is no call by its name. */
  written?: string;
}

const example = (formula: string, result: string) => [{ formula, result }];

/** What the language does without a function, and people look for among them. */
export const WITHOUT_CALL: readonly Offered[] = [
  {
    name: 'if',
    section: 'Choices',
    signature: 'condition ? then : otherwise',
    doc: 'One value if the condition holds, another if it does not.',
    examples: example("5 > 3 ? 'high' : 'low'", '"high"'),
    written: 'condition ? then : otherwise',
  },
  {
    name: 'and',
    section: 'Choices',
    signature: 'condition && condition -> bool',
    doc: 'Whether both hold; `||` is whether one of them does, `!` whether it does not.',
    examples: example('1 < 2 && 2 < 3', 'true'),
    written: ' && ',
  },
  {
    name: 'has',
    section: 'Choices',
    signature: 'has(map.member) -> bool',
    doc: 'Whether the member is there.',
    examples: example("has({'a': 1}.a)", 'true'),
  },
  {
    name: 'filter',
    section: 'Lists and maps',
    signature: 'list.filter(item, condition) -> list',
    doc: 'The items of a list for which the condition holds.',
    examples: example('[1, 2, 3].filter(n, n > 1)', '[2,3]'),
    written: '.filter(item, )',
  },
  {
    name: 'map',
    section: 'Lists and maps',
    signature: 'list.map(item, value) -> list',
    doc: 'What is worked out for each item of a list.',
    examples: example('[1, 2].map(n, n * 10)', '[10,20]'),
    written: '.map(item, )',
  },
  {
    name: 'exists',
    section: 'Lists and maps',
    signature: 'list.exists(item, condition) -> bool',
    doc: 'Whether the condition holds for an item of the list.',
    examples: example('[1, 2].exists(n, n > 1)', 'true'),
    written: '.exists(item, )',
  },
];

/** What people type who come from a spreadsheet, and what does it here. */
export const SPREADSHEET: Record<string, readonly string[]> = {
  and: ['and'],
  choose: ['switch'],
  concat: ['join'],
  concatenate: ['join'],
  count: ['size'],
  counta: ['size'],
  countif: ['size', 'filter'],
  datevalue: ['parse_date'],
  days: ['days_between'],
  edate: ['add_months'],
  eomonth: ['end_of_month'],
  exact: ['one_of'],
  find: ['indexOf', 'contains'],
  hlookup: ['lookup'],
  if: ['if'],
  iferror: ['coalesce', 'lookup_or'],
  ifna: ['coalesce', 'lookup_or'],
  ifs: ['switch', 'if'],
  index: ['find', 'index_by'],
  isblank: ['is_blank', 'is_null'],
  left: ['left', 'truncate'],
  len: ['size'],
  match: ['lookup', 'find'],
  mid: ['substring'],
  networkdays: ['is_business_day', 'days_between'],
  not: ['and'],
  or: ['and'],
  proper: ['title'],
  quotient: ['div'],
  rounddown: ['round'],
  roundup: ['round'],
  search: ['indexOf', 'contains'],
  substitute: ['replace'],
  sumif: ['sum_by', 'sum'],
  text: ['text', 'format_date'],
  textjoin: ['join'],
  trunc: ['round'],
  unique: ['distinct', 'unique_by'],
  value: ['number', 'parse_number'],
  vlookup: ['lookup', 'lookup_or'],
  weeknum: ['iso_week'],
  workday: ['add_business_days'],
  xlookup: ['lookup', 'lookup_or'],
};

/** Functions that fit what is typed, the nearest first. */
export function findFunctions(given: readonly Offered[], typed: string): Offered[] {
  const all = [...given, ...WITHOUT_CALL];
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return all;
  const likened = SPREADSHEET[wanted] ?? [];
  const rank = (one: Offered): number => {
    const name = one.name.toLowerCase();
    if (name === wanted) return 0;
    if (likened.includes(name)) return 1 + likened.indexOf(name) / 10;
    if (name.startsWith(wanted)) return 2;
    if (name.includes(wanted)) return 3;
    if (one.section.toLowerCase().includes(wanted)) return 4;
    return one.doc.toLowerCase().includes(wanted) ? 5 : 9;
  };
  return all
    .map((one): [number, Offered] => [rank(one), one])
    .filter(([n]) => n < 9)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** What is put in for a function, and how far before its end the cursor goes. */
export function calling(one: Offered): { text: string; back: number } {
  const text = one.written ?? `${one.name}()`;
  return { text, back: text.endsWith(')') ? 1 : 0 };
}

/** The first parameter of a signature: its name and type. */
function firstOf(signature: string): [string, string] | null {
  const found = /^\w+\((\w+)[?.]*: (\w+)/.exec(signature);
  return found?.[1] && found[2] ? [found[1], found[2]] : null;
}

const KINDS: Record<string, Source['kind']> = {
  text: 'text',
  number: 'number',
  int: 'number',
  list: 'list',
  map: 'map',
};
/** Texts that say most when something is done with them. */
const TELLING = ['name', 'description', 'title', 'city', 'email', 'currency'];
/** First parameters that a value of the sample is never meant for. */
const NEVER = new Set(['table', 'kind', 'amount']);

/** The function's own example with what the sample holds in place of its first argument. */
export function exampleOn(one: Offered, sources: readonly Source[]): string | null {
  const formula = one.examples[0]?.formula;
  const first = firstOf(one.signature);
  const call = formula === undefined ? null : callAt(formula, one.name);
  if (!call || call.rest !== '' || !first || NEVER.has(first[0])) return null;
  const [name, type] = first;
  const kind = KINDS[type];
  const own = sources.filter((source) => source.kind === kind && !source.path.startsWith('event'));
  const telling = [name, one.name, ...TELLING].flatMap((word) =>
    own.filter((source) => source.label === word).slice(0, 1),
  );
  const source = telling[0] ?? own.find((each) => each.depth > 0);
  if (!source) return null;
  const [, ...others] = argumentsOf(call.inner);
  return `${one.name}(${[source.path, ...others].join(', ')})`;
}
