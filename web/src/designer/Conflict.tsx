import { useEditorState } from './store/context';
import type { Saver } from './store/saver';
import { Button } from '@mantine/core';
import classes from './Designer.module.css';

/** Told when another person has saved the same draft: what becomes of both is for a person to say. */
export function Conflict({ saver }: { saver: Saver }) {
  const conflict = useEditorState((state) => state.conflict);
  if (!conflict) return null;
  return (
    <div className={classes.notice} role="alert">
      <span>
        {conflict.changedBy ?? 'Somebody'} has changed this draft meanwhile. Yours is kept in this
        browser.
      </span>
      <Button size="compact-xs" variant="default" onClick={() => void saver.takeTheirs()}>
        Go on with theirs
      </Button>
      <Button size="compact-xs" variant="default" onClick={saver.keepMine}>
        Write mine over it
      </Button>
    </div>
  );
}
