// The state of the designer: one flow, its history, what is selected, what is wrong. Everything that
// edits a flow, the canvas as the mapper and the settings, goes through `apply`, so that undo is one.

import type { Catalog } from '../model/catalog';
import { type Edit, type Outcome, isRefused } from '../model/edit';
import { type History, record, redo, seal, undo } from '../model/history';
import { type JsonMap, type Path, get } from '../model/json';
import { pathsById } from '../model/places';
import { type Placed, type Problem, place } from '../model/problem';
import { type Layout, type Row, around, layoutOf } from '../model/rows';
import { idOf } from '../model/step';
import type { Saved } from './saver';
import type { Traffic } from '@/api/designer';

/** What the last check said, and of which document. */
export interface Checked {
  document: JsonMap;
  /** The one text of the document. */
  text: string;
  problems: readonly Placed[];
}

/** What the last check against an environment said beyond that. */
export interface Within {
  problems: readonly Problem[];
  /** What real events would have come to. */
  traffic: Traffic | null;
}

export interface Message {
  text: string;
  tone: 'done' | 'refused';
  /** Counts up, so that the same words twice are two messages. */
  number: number;
}

/** What is dragged, and where it would go. */
export interface Drag {
  /** In words. */
  label: string;
  why: (row: Row) => string | null;
  over: { row: string; reason: string | null } | null;
}

export interface State {
  history: History;
  layout: Layout;
  /** Keys of rows, in the order in which they were chosen. */
  selected: readonly string[];
  /** The row that keys act on. */
  active: string;
  folded: ReadonlySet<string>;
  checked: Checked | null;
  within: Within;
  /** Why the last check was not answered. */
  checkError: unknown;
  message: Message | null;
  drag: Drag | null;
  zoom: number;
  saved: 'saved' | 'saving' | { failed: string };
  /** What the server has of the flow; nothing of one that is new. */
  server: Saved | null;
  /** What another person has saved meanwhile. */
  conflict: Saved | null;
  /** The field that is to get the focus, from the step; counted up as messages are. */
  focus: { field: Path; number: number } | null;
}

type Listener = () => void;

export class Editor {
  readonly flow: string;
  readonly catalog: Catalog;
  private state: State;
  private readonly listeners = new Set<Listener>();
  private count = 0;
  /** What is wrong with the document in itself. */
  private own: readonly Problem[] = [];
  /** Rows from which a jump was made. */
  private readonly trail: string[] = [];

  constructor(flow: string, catalog: Catalog, history: History, server: Saved | null) {
    this.flow = flow;
    this.catalog = catalog;
    const folded = new Set<string>();
    this.state = {
      history,
      layout: layoutOf(history.document, folded),
      selected: [],
      active: 'start',
      folded,
      checked: null,
      within: { problems: [], traffic: null },
      checkError: null,
      message: null,
      drag: null,
      zoom: 1,
      saved: 'saved',
      server,
      conflict: null,
      focus: null,
    };
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): State => this.state;

  get document(): JsonMap {
    return this.state.history.document;
  }

  update(change: Partial<State>): void {
    const before = this.state;
    const next = { ...before, ...change };
    if (next.history.document !== before.history.document || next.folded !== before.folded) {
      next.layout = layoutOf(next.history.document, next.folded);
      if (!next.layout.index.has(next.active)) next.active = next.selected[0] ?? 'start';
      if (!next.layout.index.has(next.active)) next.active = 'start';
    }
    this.state = next;
    for (const listener of this.listeners) listener();
  }

  say(text: string, tone: Message['tone'] = 'done'): void {
    this.update({ message: { text, tone, number: (this.count += 1) } });
  }

  /** Makes an edit, or says why not. Tells what was done only if `told`. */
  apply(outcome: Outcome, told = false): boolean {
    if (isRefused(outcome)) {
      this.say(capital(outcome.refused), 'refused');
      return false;
    }
    const selected = outcome.steps.map((id) => `step:${id}`);
    this.change(record(this.state.history, outcome, this.selectedIds()), selected);
    if (told) this.say(capital(outcome.label));
    return true;
  }

  /** The same for an edit that leaves the selection as it is: of a field. */
  applyField(edit: Edit): void {
    this.update({ history: record(this.state.history, edit, this.selectedIds()) });
  }

  /** What is typed from now on is undone by itself. */
  readonly seal = (): void => {
    const history = seal(this.state.history);
    if (history !== this.state.history) this.update({ history });
  };

  readonly undo = (): void => {
    const done = undo(this.state.history);
    if (!done) {
      this.say('There is nothing to undo', 'refused');
      return;
    }
    this.change(
      done.history,
      done.entry.stepsBefore.map((id) => `step:${id}`),
    );
    this.say(`Undone: ${done.entry.label}`);
  };

  readonly redo = (): void => {
    const done = redo(this.state.history);
    if (!done) {
      this.say('There is nothing to repeat', 'refused');
      return;
    }
    this.change(
      done.history,
      done.entry.steps.map((id) => `step:${id}`),
    );
    this.say(`Done again: ${done.entry.label}`);
  };

  private change(history: History, selected: readonly string[]): void {
    const { document } = history;
    const byId = pathsById(document);
    const open = selected.flatMap((key) => {
      const path = byId.get(key.slice('step:'.length));
      return path ? around(document, path) : [];
    });
    const folded = without(this.state.folded, open);
    const there = selected.filter((key) => byId.has(key.slice('step:'.length)));
    const active = there[there.length - 1];
    this.update({ history, folded, selected: there, ...(active ? { active } : {}) });
  }

  /** Chooses a row alone, one more, or all up to it. */
  select(key: string, how: 'only' | 'toggle' | 'range' = 'only'): void {
    const { selected, active, layout } = this.state;
    if (how === 'toggle') {
      const rest = selected.filter((one) => one !== key);
      this.update({
        selected: rest.length < selected.length ? rest : [...rest, key],
        active: key,
      });
      return;
    }
    if (how === 'range') {
      const [from, to] = [layout.index.get(selected[0] ?? active) ?? 0, layout.index.get(key) ?? 0];
      const rows = layout.rows.slice(Math.min(from, to), Math.max(from, to) + 1);
      const keys = rows.filter((row) => row.kind === 'step').map((row) => row.key);
      this.update({ selected: from > to ? keys.reverse() : keys, active: key });
      return;
    }
    this.update({ selected: [key], active: key });
  }

  /** Shows a step wherever it is folded away, and chooses it. */
  reveal(step: Path, field?: Path): void {
    const folded = without(this.state.folded, around(this.document, step));
    const key =
      step.length === 0 ? 'start' : `step:${idOf(get(this.document, step)) || step.join('/')}`;
    if (key !== this.state.active) this.trail.push(this.state.active);
    this.update({
      folded,
      selected: [key],
      active: key,
      ...(field ? { focus: { field, number: (this.count += 1) } } : {}),
    });
  }

  /** Jumps to a row, wherever it is folded away. */
  goTo(row: Row): void {
    const { active } = this.state;
    if (row.key !== active) this.trail.push(active);
    // A case or branch stands within what its step folds away.
    const inner = [row.parent ?? '', ...around(this.document, row.step)];
    const folded = without(this.state.folded, inner);
    this.update({ folded, selected: row.kind === 'start' ? [] : [row.key], active: row.key });
  }

  /** Goes back to where the last jump was made. */
  readonly back = (): void => {
    for (let key = this.trail.pop(); key !== undefined; key = this.trail.pop()) {
      if (!this.state.layout.index.has(key)) continue;
      this.update({ selected: [key], active: key });
      return;
    }
    this.say('There was no jump', 'refused');
  };

  fold(key: string, folded: boolean): void {
    const next = new Set(this.state.folded);
    if (folded) next.add(key);
    else next.delete(key);
    this.update({ folded: next });
  }

  foldAll(folded: boolean): void {
    if (!folded) {
      this.update({ folded: new Set() });
      return;
    }
    const rows = layoutOf(this.document, new Set()).rows;
    const keys = rows.filter((row) => row.foldable && row.depth === 0).map((row) => row.key);
    this.update({ folded: new Set(keys) });
  }

  /** The row that keys act on. */
  activeRow(): Row | undefined {
    const { layout, active } = this.state;
    return layout.rows[layout.index.get(active) ?? -1];
  }

  /** The steps that are chosen, in the order of the document. */
  selectedSteps(): Path[] {
    const { selected, layout } = this.state;
    const rows = selected.map((key) => layout.rows[layout.index.get(key) ?? -1]);
    return rows.flatMap((row) => (row?.kind === 'step' ? [row.step] : []));
  }

  private selectedIds(): string[] {
    return this.selectedSteps().map((path) => idOf(get(this.document, path)));
  }

  /** Takes what a check found, unless the document has changed since. */
  check(document: JsonMap, text: string, problems: readonly Problem[]): void {
    if (document !== this.document) return;
    this.own = problems;
    // What an environment said of it stands until it is asked again.
    const all = [...problems, ...beyond(problems, this.state.within.problems)];
    const checked = { document, text, problems: place(document, all) };
    this.update({ checked, checkError: null });
  }

  /** Takes what a check against an environment found, unless the document has changed since. */
  checkWithin(document: JsonMap, problems: readonly Problem[], traffic: Traffic | null): void {
    const { checked, within } = this.state;
    if (document !== this.document || checked?.document !== document) return;
    const more = beyond(this.own, problems).map((one) => ({ ...one, within: true }));
    this.update({
      within: { problems: more, traffic: traffic ?? within.traffic },
      checked: { ...checked, problems: place(document, [...this.own, ...more]) },
    });
  }
}

function without(keys: ReadonlySet<string>, open: readonly string[]): ReadonlySet<string> {
  if (!open.some((key) => keys.has(key))) return keys;
  return new Set([...keys].filter((key) => !open.includes(key)));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What of `more` is not among the others. */
function beyond(others: readonly Problem[], more: readonly Problem[]): Problem[] {
  const key = ({ path, code, message }: Problem): string => `${path}\n${code}\n${message}`;
  const known = new Set(others.map(key));
  return more.filter((one) => !known.has(key(one)));
}
