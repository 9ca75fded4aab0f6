import type { Path } from '../model/json';
import type { Source } from './sources';
import type { Preview } from '@/api/preview';
import { createContext, useContext } from 'react';

export type FieldResult = Preview['fields'][number];

/** What the fields of the step that is open share. */
export interface StepView {
  sources: readonly Source[];
  /** What a field comes to, by its path as text. */
  results: ReadonlyMap<string, FieldResult>;
  /** The last value that a field had, for while its formula is unfinished. */
  last: ReadonlyMap<string, FieldResult>;
  lists: Preview['lists'];
  /** Notes which field is written in: what is clicked in the sample goes there. */
  focus: (field: Path, element: HTMLTextAreaElement | null) => void;
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
