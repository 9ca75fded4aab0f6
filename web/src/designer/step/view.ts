import type { FieldTraffic, FormulaTraffic } from './marks';
import type { Path } from '../model/json';
import type { Source } from './sources';
import type { Preview } from '@/api/preview';
import { createContext, useContext } from 'react';

export type FieldResult = Preview['fields'][number];

/** Which fields of the form are shown. */
export type Only = 'all' | 'mapped' | 'unmapped' | 'broken';

/** What is written in, and how a list is bound to it, if it takes one. */
export interface Target {
  field: Path;
  element: HTMLTextAreaElement | null;
  bind: ((list: string) => void) | undefined;
}

/** What the fields of the step that is open share. */
export interface StepView {
  sources: readonly Source[];
  /** What a field comes to, by its path as text. */
  results: ReadonlyMap<string, FieldResult>;
  /** The last value that a field had, for while its formula is unfinished. */
  last: ReadonlyMap<string, FieldResult>;
  lists: Preview['lists'];
  /** The lookup tables of the environment. */
  tables: readonly string[];
  /** Examples of functions on the sample: the formula and what it comes to. */
  examples: ReadonlyMap<string, { formula: string; result: string }>;
  /** What real events came to, by the path of the source, and by that of the field. */
  traffic: ReadonlyMap<string, FieldTraffic>;
  formulaTraffic: ReadonlyMap<string, FormulaTraffic>;
  /** Which fields are looked for, and by what. */
  only: Only;
  query: string;
  /** Notes which field is written in: what is clicked in the sample goes there. */
  focus: (target: Target) => void;
  /** Gives a field the focus. */
  focusField: (field: Path) => void;
  /** Shows the rows of a lookup table, beside the mapper. */
  openTable: (table: string) => void;
  stepThrough: (path: string, item: number) => void;
  /** Works it out anew: what it depends on has changed elsewhere. */
  again: () => void;
  /** Asks for a function to put into the field that is written in. */
  pickFunction: () => void;
}

export const StepViewContext = createContext<StepView | null>(null);

/** The step view around, if there is one: the narrow settings have none. */
export function useStepView(): StepView | null {
  return useContext(StepViewContext);
}

/** A path within a step as one text: `with.lines.to.item`, `choose[0].when`. */
export function pathText(path: readonly unknown[]): string {
  return path.reduce<string>((text, turn) => {
    if (typeof turn === 'number') return `${text}[${turn}]`;
    return text === '' ? String(turn) : `${text}.${String(turn)}`;
  }, '');
}

/** What is dragged from the sample onto a field. */
export const DRAGGED = 'application/x-towpath-source';
