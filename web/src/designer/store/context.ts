import type { Editor, State } from './editor';
import { createContext, useContext, useSyncExternalStore } from 'react';

export const EditorContext = createContext<Editor | null>(null);

/** The editor of the flow that is open. */
export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error('no flow is open');
  return editor;
}

/** A part of the editor's state; draws again only if that part is another. */
export function useEditorState<T>(select: (state: State) => T): T {
  const editor = useEditor();
  return useSyncExternalStore(editor.subscribe, () => select(editor.get()));
}
