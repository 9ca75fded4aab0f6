import type { Editor } from './editor';
import type { JsonMap } from '../model/json';
import { line } from '@/api/client';
import { edit } from '@/api/designer';
import { useEffect } from 'react';

/** How long nothing must change before a check is asked for. */
const PAUSE_MS = 80;

/** Checks the document whenever it has changed and rests. */
export function useCheck(editor: Editor): void {
  useEffect(() => {
    let timer = 0;
    let asked: AbortController | null = null;
    let seen: JsonMap | null = null;
    const ask = async (document: JsonMap): Promise<void> => {
      asked?.abort();
      const mine = new AbortController();
      asked = mine;
      try {
        const answer = await edit({ tree: document }, mine.signal);
        editor.check(document, answer.document, answer.problems);
      } catch (error) {
        if (!mine.signal.aborted) editor.update({ checkError: error });
      }
    };
    const look = (): void => {
      const { document } = editor;
      if (document === seen) return;
      const first = seen === null;
      seen = document;
      if (editor.get().checked?.document === document) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(document), first ? 0 : PAUSE_MS);
    };
    const again = (): void => {
      seen = null;
      look();
    };
    look();
    line.addEventListener('again', again);
    const stop = editor.subscribe(look);
    return () => {
      stop();
      line.removeEventListener('again', again);
      window.clearTimeout(timer);
      asked?.abort();
    };
  }, [editor]);
}
