import type { Place } from '../model/places';
import { createContext, useContext } from 'react';

/** What the parts of the designer ask of each other beside edits. */
export interface Acts {
  /** Asks what to add at a place; where keys are, if none is given. */
  add: (place?: Place) => void;
  moveTo: () => void;
  find: () => void;
  commands: () => void;
  help: () => void;
  /** Puts the focus on the title of the step that is chosen. */
  settings: () => void;
  /** Puts the focus back on the canvas. */
  canvas: () => void;
  /** Shows what can be done with the chosen steps, at a point of the window. */
  menu: (x: number, y: number) => void;
}

export const ActsContext = createContext<Acts | null>(null);

export function useActs(): Acts {
  const acts = useContext(ActsContext);
  if (!acts) throw new Error('there is no designer around');
  return acts;
}
