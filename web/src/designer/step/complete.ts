// What may be meant by the word before the cursor: values of the sample, and functions.

import { calling, findFunctions, type Offered } from './functions';
import { type Source, suggest } from './sources';

export interface Suggested {
  /** What is put in. */
  text: string;
  /** Its type: `text`, `list`, or the signature of a function. */
  type: string;
  /** What a source holds, or what a function is for. */
  detail: string;
  /** A worked example of a function. */
  example: string;
  /** How many characters before its end the cursor goes. */
  back: number;
}

interface Known {
  sources: readonly Source[];
  functions: readonly Offered[];
  /** Examples of functions on the sample. */
  examples: ReadonlyMap<string, { formula: string; result: string }>;
}

const SOURCES = 6;
const FUNCTIONS = 5;

/** What a function is for, and what it comes to. */
function offered(one: Offered, known: Known, base: string): Suggested {
  const { text, back } = calling(one);
  const shown = known.examples.get(one.name) ?? one.examples[0];
  return {
    text: base + text,
    type: one.signature,
    detail: one.doc,
    example: shown ? `${shown.formula} → ${shown.result}` : '',
    back,
  };
}

/** The best of what fits a word; within a formula also functions, after a value those it may be given to. */
export function complete(known: Known, word: string, isFormula: boolean): Suggested[] {
  if (word === '') return [];
  // Outside of a formula a whole path is a text yet: taken, it becomes what is meant.
  const isMore = (one: Source): boolean => !isFormula || one.path !== word;
  const sources = suggest(known.sources, word, SOURCES).filter(isMore);
  const own = sources.map((one): Suggested => ({
    text: one.path,
    type: one.kind,
    detail: one.shown,
    example: '',
    back: 0,
  }));
  if (!isFormula) return own;
  const dot = word.lastIndexOf('.');
  const base = word.slice(0, dot + 1);
  const is = base === '' || known.sources.some((one) => one.path === base.slice(0, -1));
  const name = word.slice(dot + 1);
  if (!is || name === '') return own;
  const named = findFunctions(known.functions, name)
    .filter((one) => base === '' || (!one.written && one.name.startsWith(name)))
    .slice(0, FUNCTIONS);
  const calls = named.map((one) => offered(one, known, base));
  // A spreadsheet's name is typed in capitals, and no value is meant by it.
  return /^[A-Z]{2,}$/.test(word) ? [...calls, ...own] : [...own, ...calls];
}
