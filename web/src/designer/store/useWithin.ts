import type { Editor } from './editor';
import type { JsonMap } from '../model/json';
import { useEnvironmentName } from '@/app/useEnvironment';
import { checkWithin } from '@/api/designer';
import { useEffect } from 'react';

/** Hundreds of events are worked for it: it is asked for when nothing was typed for so long. */
const PAUSE_MS = 1_200;

/** Holds the document against the environment that is looked at: its peers' fields, its tables, its events. */
export function useWithin(editor: Editor): void {
  const environment = useEnvironmentName();
  useEffect(() => {
    if (environment === undefined) return;
    let timer = 0;
    let asked: AbortController | null = null;
    let seen: JsonMap | null = null;
    const ask = async (document: JsonMap, text: string): Promise<void> => {
      const mine = new AbortController();
      asked = mine;
      try {
        const answer = await checkWithin(environment, text, mine.signal);
        editor.checkWithin(document, answer.problems, answer.traffic ?? null);
      } catch {
        // What is wrong in itself is told by the other check; this one is there or it is not.
      }
    };
    const look = (): void => {
      const { checked } = editor.get();
      if (!checked || checked.document === seen || checked.document !== editor.document) return;
      seen = checked.document;
      asked?.abort();
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void ask(checked.document, checked.text), PAUSE_MS);
    };
    look();
    const stop = editor.subscribe(look);
    return () => {
      stop();
      window.clearTimeout(timer);
      asked?.abort();
    };
  }, [editor, environment]);
}
