import { useActs } from './acts';
import { type Command, commandFor } from '../commands';
import type { Row } from '../model/rows';
import { useEditor } from '../store/context';
import type { Editor } from '../store/editor';
import { type KeyboardEvent, useCallback } from 'react';

/** Keys that walk, while the canvas has the focus. Acts are those of `commands`. */
export function useKeys() {
  const editor = useEditor();
  const acts = useActs();
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      // A link or button within a row keeps its own keys.
      if (event.target !== event.currentTarget) return;
      const command: Command | undefined = commandFor(event);
      if (command) {
        event.preventDefault();
        event.stopPropagation();
        if (command.fits && !command.fits(editor)) editor.say('Select a step first', 'refused');
        else command.perform({ editor, acts });
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const to = walk(editor, event.key, event.currentTarget);
      if (to === undefined) return;
      event.preventDefault();
      if (to) editor.select(to, event.shiftKey ? 'range' : 'only');
    },
    [editor, acts],
  );
}

/** The row that a key leads to; null if it did something else, undefined if it is no such key. */
function walk(editor: Editor, key: string, element: HTMLElement): string | null | undefined {
  const { layout, active, zoom } = editor.get();
  const rows = layout.rows.filter((row) => row.kind !== 'end');
  const at = rows.findIndex((row) => row.key === active);
  const row: Row | undefined = rows[at];
  const page = Math.max(1, Math.floor(element.clientHeight / (64 * zoom)) - 1);
  const to = (n: number): string | null =>
    rows[Math.max(0, Math.min(rows.length - 1, n))]?.key ?? null;
  switch (key) {
    case 'ArrowUp':
      return to(at - 1);
    case 'ArrowDown':
      return to(at + 1);
    case 'PageUp':
      return to(at - page);
    case 'PageDown':
      return to(at + page);
    case 'Home':
      return to(0);
    case 'End':
      return to(rows.length - 1);
    case 'ArrowLeft':
      if (row?.foldable && !row.folded) editor.fold(row.key, true);
      else return row?.parent ?? null;
      return null;
    case 'ArrowRight':
      if (row?.foldable && row.folded) editor.fold(row.key, false);
      else if (rows[at + 1]?.parent === row?.key) return to(at + 1);
      return null;
    default:
      return undefined;
  }
}
