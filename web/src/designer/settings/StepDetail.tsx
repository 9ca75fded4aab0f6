import { FlowSettings } from './FlowSettings';
import { StepSettings, useActiveRow } from './StepSettings';
import type { Path } from '../model/json';
import { useEditorState } from '../store/context';
import { Button } from '@mantine/core';
import { useDeferredValue, useEffect, useRef } from 'react';
import classes from './settings.module.css';

interface Props {
  chooseOperation: (step: Path, at: Path) => void;
  chooseTrigger: () => void;
  /** Opens the step beside a sample. */
  openStep: () => void;
}

/** Everything about the row that is chosen. The one place where a step is filled in. */
export function StepDetail({ chooseOperation, chooseTrigger, openStep }: Props) {
  // Drawn when there is time: choosing and dragging a step do not wait for its form.
  const row = useDeferredValue(useActiveRow());
  const several = useEditorState((state) => state.selected.length);
  const focus = useEditorState((state) => state.focus);
  const panel = useRef<HTMLElement>(null);
  const active = useEditorState((state) => state.active);
  const handled = useRef(0);
  // What is typed never goes to a step that is no longer the chosen one.
  const isThere = row?.key === active;

  // A problem leads to its field, or to the nearest one around it that is there.
  useEffect(() => {
    if (!focus || !isThere || !panel.current || handled.current === focus.number) return;
    handled.current = focus.number;
    for (let n = focus.field.length; n > 0; n -= 1) {
      const name = focus.field.slice(0, n).join('.');
      const found = panel.current.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
      if (!found) continue;
      found.closest('details')?.setAttribute('open', '');
      found.scrollIntoView({ block: 'center' });
      found.focus();
      return;
    }
    panel.current.focus();
  }, [focus, isThere]);

  return (
    <aside
      ref={panel}
      className={classes.panel}
      aria-label="Settings"
      tabIndex={-1}
      data-row={row?.key}
      inert={!isThere}
    >
      {several > 1 && (
        <p className={classes.doc}>
          {several} steps are chosen; these are the settings of the last.
        </p>
      )}
      {!row || row.kind === 'start' ? (
        <FlowSettings chooseTrigger={chooseTrigger} />
      ) : (
        <>
          {(row.kind === 'step' || row.kind === 'case') && (
            <Button
              variant="light"
              size="compact-sm"
              mb="sm"
              rightSection={<kbd className={classes.facts}>Ctrl ↵</kbd>}
              onClick={openStep}
            >
              Map on a sample
            </Button>
          )}
          <StepSettings key={row.key} row={row} chooseOperation={chooseOperation} />
        </>
      )}
    </aside>
  );
}
