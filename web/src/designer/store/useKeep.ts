import { keep } from './keep';
import type { Editor } from './editor';
import type { History } from '../model/history';
import { useEffect } from 'react';

/** Writes every edit down at once; what comes while one is written is written together. */
export function useKeep(editor: Editor, base: string, known: History | null): void {
  useEffect(() => {
    let written = known;
    let seen = editor.get().history;
    let busy = false;
    const same = (a: History | null, b: History): boolean =>
      a !== null && a.document === b.document && a.entries === b.entries && a.done === b.done;
    const write = async (): Promise<void> => {
      busy = true;
      editor.update({ saved: 'saving' });
      try {
        while (!same(written, editor.get().history)) {
          const next = editor.get().history;
          await keep(editor.flow, base, next, written, Date.now());
          written = next;
        }
        editor.update({ saved: 'saved' });
      } catch (error) {
        editor.update({
          saved: { failed: error instanceof Error ? error.message : String(error) },
        });
      } finally {
        busy = false;
      }
    };
    return editor.subscribe(() => {
      const { history } = editor.get();
      if (same(seen, history)) return;
      seen = history;
      if (!busy) void write();
    });
  }, [editor, base, known]);
}
