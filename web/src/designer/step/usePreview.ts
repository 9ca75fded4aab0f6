import { type FieldResult, pathText } from './view';
import type { JsonMap } from '../model/json';
import { idOf } from '../model/step';
import { useEditorState } from '../store/context';
import { useEnvironmentName } from '@/app/useEnvironment';
import { type Chosen, type Preview, preview } from '@/api/preview';
import { useEffect, useRef, useState } from 'react';

/** How long typing must pause before it is worked out anew while an answer is still under way. */
const PAUSE_MS = 30;

interface Shown {
  preview: Preview | null;
  error: unknown;
  results: ReadonlyMap<string, FieldResult>;
  last: ReadonlyMap<string, FieldResult>;
}

const NOTHING: Shown = { preview: null, error: null, results: new Map(), last: new Map() };

/** What the fields of a step come to, while it is changed. Called anew for each step. */
export function usePreview(
  step: JsonMap | undefined,
  chosen: Chosen | null | undefined,
  items: Record<string, number>,
  /** Counted up to work it out anew. */
  round: number,
): Shown {
  const environment = useEnvironmentName();
  const document = useEditorState((state) => state.history.document);
  const [shown, setShown] = useState(NOTHING);
  const asked = useRef<AbortController>(null);
  const id = idOf(step);

  useEffect(() => {
    if (!chosen || id === '') return;
    const timer = window.setTimeout(
      () => {
        asked.current?.abort();
        const mine = new AbortController();
        asked.current = mine;
        preview(environment, document, id, chosen, items, mine.signal)
          .then((answer) => setShown((before) => taken(before, answer)))
          .catch((error: unknown) => {
            if (!mine.signal.aborted) setShown((before) => ({ ...before, error }));
          })
          .finally(() => {
            if (asked.current === mine) asked.current = null;
          });
      },
      asked.current ? PAUSE_MS : 0,
    );
    return () => window.clearTimeout(timer);
  }, [environment, document, id, chosen, items, round]);
  useEffect(() => () => asked.current?.abort(), []);
  return shown;
}

/** Keeps the last value of each field that has none now. */
function taken(before: Shown, answer: Preview): Shown {
  const results = new Map(answer.fields.map((one) => [pathText(one.path), one]));
  const last = new Map(before.last);
  for (const [path, one] of results) if (one.state !== 'error') last.set(path, one);
  // Where an earlier step is unfinished, what was seen before it was still stands.
  const kept = answer.scope.length === 0 ? before.preview : null;
  const preview = kept ? { ...answer, scope: kept.scope, lists: kept.lists } : answer;
  return { preview, error: null, results, last };
}
