// What can be done on the canvas: the one list that menus, toolbar, command list and keys are made of.

import type { Acts } from './canvas/acts';
import { copy } from './clipboard';
import { duplicate, grow, move, prune, remove, wrap } from './model/edit';
import { get, isList, isMap } from './model/json';
import { nextPlace, outermost, placeOf } from './model/places';
import { kindOf } from './model/step';
import { savePicture } from './picture';
import type { Editor } from './store/editor';

export interface Around {
  editor: Editor;
  acts: Acts;
}

export interface Command {
  id: string;
  label: string;
  /** As they are shown; `Ctrl` is the command key where there is one. */
  keys?: readonly string[];
  /** Stands in the menu of a row, in this group. */
  menu?: 'step' | 'move' | 'copy' | 'block' | 'end';
  /** Left out where it makes no sense. */
  fits?: (editor: Editor) => boolean;
  perform: (around: Around) => void;
}

const anyStep = (editor: Editor): boolean => editor.selectedSteps().length > 0;
const oneStep = (editor: Editor): boolean => editor.selectedSteps().length === 1;
const kindIs =
  (kind: string) =>
  (editor: Editor): boolean => {
    const [path] = editor.selectedSteps();
    return oneStep(editor) && path !== undefined && kindOf(get(editor.document, path)) === kind;
  };

function step(editor: Editor, way: 'up' | 'down'): void {
  const moved = outermost(editor.document, editor.selectedSteps());
  const next = nextPlace(editor.document, moved, way);
  if ('reason' in next) {
    editor.say(`Not moved ${way}: ${next.reason}`, 'refused');
    return;
  }
  editor.apply(move(editor.document, moved, next.place), true);
}

function removeChosen(editor: Editor): void {
  const row = editor.activeRow();
  if (row && row.kind !== 'step' && row.kind !== 'start' && !anyStep(editor)) {
    editor.apply(prune(editor.document, row.step, row.nested), true);
    return;
  }
  editor.apply(remove(editor.document, editor.selectedSteps()), true);
}

function selectAll(editor: Editor): void {
  const row = editor.activeRow();
  const list = row?.kind === 'step' ? placeOf(row.step).list : ['steps'];
  const key = JSON.stringify(list);
  const rows = editor
    .get()
    .layout.rows.filter(
      (one) => one.kind === 'step' && JSON.stringify(one.step.slice(0, -1)) === key,
    );
  editor.update({ selected: rows.map((one) => one.key) });
}

const ZOOMS = [0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5];

function zoom(editor: Editor, way: 1 | -1): void {
  const at = ZOOMS.findIndex((one) => one >= editor.get().zoom);
  const next = ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + way))];
  if (next) editor.update({ zoom: next });
}

export const COMMANDS: readonly Command[] = [
  {
    id: 'add',
    label: 'Add a step after this',
    keys: ['Enter', '/'],
    menu: 'step',
    perform: ({ acts }) => acts.add(),
  },
  {
    id: 'settings',
    label: 'Change its settings',
    keys: ['F2', 'e'],
    menu: 'step',
    perform: ({ acts }) => acts.settings(),
  },
  {
    id: 'up',
    label: 'Move up',
    keys: ['Ctrl+ArrowUp', 'Alt+ArrowUp'],
    menu: 'move',
    fits: anyStep,
    perform: ({ editor }) => step(editor, 'up'),
  },
  {
    id: 'down',
    label: 'Move down',
    keys: ['Ctrl+ArrowDown', 'Alt+ArrowDown'],
    menu: 'move',
    fits: anyStep,
    perform: ({ editor }) => step(editor, 'down'),
  },
  {
    id: 'move',
    label: 'Move to…',
    keys: ['m'],
    menu: 'move',
    fits: anyStep,
    perform: ({ acts }) => acts.moveTo(),
  },
  {
    id: 'duplicate',
    label: 'Duplicate',
    keys: ['Ctrl+d'],
    menu: 'copy',
    fits: anyStep,
    perform: ({ editor }) => {
      const outcome = duplicate(editor.document, editor.selectedSteps());
      editor.apply(outcome, true);
    },
  },
  {
    id: 'copy',
    label: 'Copy as YAML',
    keys: ['Ctrl+c'],
    menu: 'copy',
    fits: anyStep,
    perform: ({ editor }) => void copy(editor),
  },
  {
    id: 'cut',
    label: 'Cut as YAML',
    keys: ['Ctrl+x'],
    menu: 'copy',
    fits: anyStep,
    perform: ({ editor }) => {
      void copy(editor).then((done) => {
        if (done) editor.apply(remove(editor.document, editor.selectedSteps()), true);
      });
    },
  },
  {
    id: 'case',
    label: 'Add a case',
    menu: 'block',
    fits: kindIs('choose'),
    perform: ({ editor }) => growChosen(editor, 'case'),
  },
  {
    id: 'branch',
    label: 'Add a branch',
    menu: 'block',
    fits: kindIs('parallel'),
    perform: ({ editor }) => growChosen(editor, 'branch'),
  },
  {
    id: 'error',
    label: 'Add steps for its failure',
    menu: 'block',
    fits: (editor) => {
      const [path] = editor.selectedSteps();
      const chosen = path && get(editor.document, path);
      return oneStep(editor) && isMap(chosen) && !isList(chosen.on_error);
    },
    perform: ({ editor }) => growChosen(editor, 'error'),
  },
  {
    id: 'wrap-choose',
    label: 'Put into a choice',
    menu: 'block',
    fits: anyStep,
    perform: ({ editor }) =>
      void editor.apply(wrap(editor.document, editor.selectedSteps(), 'choose'), true),
  },
  {
    id: 'wrap-each',
    label: 'Put into a loop',
    menu: 'block',
    fits: anyStep,
    perform: ({ editor }) =>
      void editor.apply(wrap(editor.document, editor.selectedSteps(), 'each'), true),
  },
  {
    id: 'wrap-parallel',
    label: 'Put into a parallel branch',
    menu: 'block',
    fits: anyStep,
    perform: ({ editor }) =>
      void editor.apply(wrap(editor.document, editor.selectedSteps(), 'parallel'), true),
  },
  {
    id: 'remove',
    label: 'Delete',
    keys: ['Delete', 'Backspace'],
    menu: 'end',
    perform: ({ editor }) => removeChosen(editor),
  },
  { id: 'undo', label: 'Undo', keys: ['Ctrl+z'], perform: ({ editor }) => editor.undo() },
  {
    id: 'redo',
    label: 'Redo',
    keys: ['Ctrl+Shift+z', 'Ctrl+y'],
    perform: ({ editor }) => editor.redo(),
  },
  {
    id: 'all',
    label: 'Select all of this list',
    keys: ['Ctrl+a'],
    perform: ({ editor }) => selectAll(editor),
  },
  { id: 'find', label: 'Find in the flow', keys: ['Ctrl+f'], perform: ({ acts }) => acts.find() },
  {
    id: 'back',
    label: 'Back from a jump',
    keys: ['Alt+ArrowLeft', 'b'],
    perform: ({ editor }) => editor.back(),
  },
  {
    id: 'commands',
    label: 'All commands',
    keys: ['Ctrl+k'],
    perform: ({ acts }) => acts.commands(),
  },
  { id: 'help', label: 'Shortcuts', keys: ['?'], perform: ({ acts }) => acts.help() },
  { id: 'fold', label: 'Fold all blocks', perform: ({ editor }) => editor.foldAll(true) },
  { id: 'unfold', label: 'Unfold all blocks', perform: ({ editor }) => editor.foldAll(false) },
  { id: 'zoom-in', label: 'Zoom in', keys: ['+'], perform: ({ editor }) => zoom(editor, 1) },
  { id: 'zoom-out', label: 'Zoom out', keys: ['-'], perform: ({ editor }) => zoom(editor, -1) },
  {
    id: 'zoom-1',
    label: 'Zoom to 100 %',
    keys: ['0'],
    perform: ({ editor }) => editor.update({ zoom: 1 }),
  },
  {
    id: 'svg',
    label: 'Save as picture (SVG)',
    perform: ({ editor }) => void savePicture(editor, 'svg'),
  },
  {
    id: 'png',
    label: 'Save as picture (PNG)',
    perform: ({ editor }) => void savePicture(editor, 'png'),
  },
];

function growChosen(editor: Editor, what: 'case' | 'branch' | 'error'): void {
  const [path] = editor.selectedSteps();
  if (path) editor.apply(grow(editor.document, path, what), true);
}

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

function matches(keys: string, event: Pressed): boolean {
  const parts = keys.split('+').filter((part) => part !== '');
  const key = keys.endsWith('+') ? '+' : (parts[parts.length - 1] ?? '');
  const ctrl = parts.includes('Ctrl') && key !== 'Ctrl';
  const shift = parts.includes('Shift');
  const alt = parts.includes('Alt');
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A sign may need shift on one keyboard and not on another.
  const shiftFits = /^[^a-z0-9]$/.test(key) || event.shiftKey === shift;
  return (
    pressed === key &&
    (event.ctrlKey || event.metaKey) === ctrl &&
    event.altKey === alt &&
    shiftFits
  );
}

/** The command of a key press. */
export function commandFor(event: Pressed): Command | undefined {
  return COMMANDS.find((command) => command.keys?.some((keys) => matches(keys, event)));
}

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys as a person reads them. */
export function said(keys: string): string {
  const words: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Delete: 'Del' };
  if (keys === '+') return keys;
  const parts = keys
    .split('+')
    .map((part) => words[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.map((part) => (part === 'Ctrl' && MAC ? '⌘' : part)).join(MAC ? '' : ' ');
}
