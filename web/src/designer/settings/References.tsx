import { type Json, get, isMap } from '../model/json';
import { namedBy, pathsById, usersOf } from '../model/places';
import { useEditor, useEditorState } from '../store/context';
import { useMemo } from 'react';
import classes from './settings.module.css';

/** What a step uses and what uses it. A press jumps there, Alt and the left arrow come back. */
export function References({ id }: { id: string }) {
  const editor = useEditor();
  const document = useEditorState((state) => state.history.document);
  const [uses, users] = useMemo(() => {
    const byId = pathsById(document);
    const path = byId.get(id);
    const step: Json | undefined = path && get(document, path);
    const named = isMap(step) ? [...namedBy(step)] : [];
    return [named.filter((one) => one !== id && byId.has(one)), usersOf(document, id)];
  }, [document, id]);
  const jump = (to: string): void => {
    const path = pathsById(document).get(to);
    if (path) editor.reveal(path);
  };
  const list = (title: string, ids: readonly string[]) =>
    ids.length > 0 && (
      <p className={classes.doc}>
        {title}{' '}
        {ids.slice(0, 20).map((one) => (
          <button key={one} type="button" className={classes.jump} onClick={() => jump(one)}>
            {one}
          </button>
        ))}
        {ids.length > 20 && `and ${ids.length - 20} more`}
      </p>
    );
  return (
    <>
      {list('Uses', uses)}
      {list('Used by', users)}
    </>
  );
}
