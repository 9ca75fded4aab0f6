// The one history of a flow: canvas, mapping and settings. Unlimited; an edit is kept as what it
// changed, so that it can be written down and outlive a reload.

import type { Edit } from './edit';
import type { JsonMap } from './json';
import { type Patch, apply, difference, inverse } from './patch';

export interface Entry {
  label: string;
  patches: readonly Patch[];
  /** What is selected after it was done, and after it was undone. */
  steps: readonly string[];
  stepsBefore: readonly string[];
  merge?: string;
}

export interface History {
  document: JsonMap;
  entries: readonly Entry[];
  /** How many of the entries are done; the others were undone. */
  done: number;
  /** The next edit is an entry of its own, even if it could be merged. */
  sealed: boolean;
}

export function begin(document: JsonMap): History {
  return { document, entries: [], done: 0, sealed: true };
}

/** Notes an edit. What was undone before it cannot be done again. */
export function record(history: History, edit: Edit, selected: readonly string[]): History {
  if (edit.document === history.document) return history;
  const kept = history.entries.slice(0, history.done);
  const last = kept[kept.length - 1];
  const merges = !history.sealed && edit.merge !== undefined && last?.merge === edit.merge;
  const merged = merges ? last : undefined;
  const before = merged ? apply(history.document, inverse(merged.patches)) : history.document;
  const entry: Entry = {
    label: edit.label,
    patches: difference(before, edit.document),
    steps: edit.steps,
    stepsBefore: merged ? merged.stepsBefore : selected,
    ...(edit.merge === undefined ? {} : { merge: edit.merge }),
  };
  const entries = [...(merged ? kept.slice(0, -1) : kept), entry];
  return { document: edit.document, entries, done: entries.length, sealed: false };
}

/** What an edit of a value is from now on is undone by itself. */
export function seal(history: History): History {
  return history.sealed ? history : { ...history, sealed: true };
}

export function undo(history: History): { history: History; entry: Entry } | null {
  const entry = history.entries[history.done - 1];
  if (entry === undefined) return null;
  const document = apply(history.document, inverse(entry.patches)) as JsonMap;
  return { history: { ...history, document, done: history.done - 1, sealed: true }, entry };
}

export function redo(history: History): { history: History; entry: Entry } | null {
  const entry = history.entries[history.done];
  if (entry === undefined) return null;
  const document = apply(history.document, entry.patches) as JsonMap;
  return { history: { ...history, document, done: history.done + 1, sealed: true }, entry };
}
