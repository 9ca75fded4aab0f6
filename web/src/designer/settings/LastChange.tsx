import { useEditor, useEditorState } from '../store/context';
import { lastChanges } from '@/api/designer';
import { Message } from '@/components/Message';
import { Time } from '@/components/Time';
import { useQuery } from '@tanstack/react-query';
import classes from './settings.module.css';

/** The version that last changed a step: who, when, why, and what it changed. */
export function LastChange({ id }: { id: string }) {
  const editor = useEditor();
  const version = useEditorState((state) => state.server?.version ?? null);
  const { data } = useQuery({ ...lastChanges(editor.flow), enabled: version !== null });
  const last = data?.get(id);
  if (!last) return null;
  return (
    <div className={classes.doc}>
      Last changed in version {last.version} by {last.by}, <Time at={last.at} />: {last.reason}
      {last.changes.map((sentence) => (
        <div key={sentence}>
          <Message text={sentence} />
        </div>
      ))}
    </div>
  );
}
