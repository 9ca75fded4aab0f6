import type { Editor } from './editor';
import { type JsonMap, get, isList, isMap } from '../model/json';
import { warm } from '../model/places';
import { useEffect } from 'react';

/** Reads the formulas of a long flow while the page has nothing to do, so that no drag waits for it. */
export function useWarm(editor: Editor): void {
  useEffect(() => {
    const list = get(editor.document, ['steps']);
    let left: readonly JsonMap[] = isList(list) ? list.filter(isMap) : [];
    let timer = 0;
    const go = (): void => {
      left = warm(left);
      if (left.length > 0) timer = window.setTimeout(go, 30);
    };
    timer = window.setTimeout(go, 300);
    return () => window.clearTimeout(timer);
  }, [editor]);
}
