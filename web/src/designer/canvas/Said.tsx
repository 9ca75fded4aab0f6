import { useEditor, useEditorState } from '../store/context';
import { useEffect, useState } from 'react';
import classes from './Canvas.module.css';

const SHOWN_MS = 6_000;

/** What was done, undone or refused last: seen for a while, and heard. */
export function Said() {
  const editor = useEditor();
  const message = useEditorState((state) => state.message);
  const [gone, setGone] = useState(0);
  const number = message?.number ?? 0;
  useEffect(() => {
    const timer = window.setTimeout(() => setGone(number), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [number]);
  const shown = message !== null && gone < number;
  return (
    <div className={classes.said} data-tone={message?.tone} data-shown={shown || undefined}>
      <span role="status">{shown ? message.text : ''}</span>
      {shown && message.tone === 'done' && !message.text.startsWith('Undone') && (
        <button type="button" onClick={editor.undo}>
          Undo
        </button>
      )}
    </div>
  );
}
