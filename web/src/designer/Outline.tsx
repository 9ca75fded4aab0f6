import { textOf } from './model/picture';
import { rowsOf } from './model/rows';
import { useEditor, useEditorState } from './store/context';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import classes from './Designer.module.css';

const ROW_PX = 26;

/** All steps in a narrow list, blocks unfolded: a press goes there, and back is where one was. */
export function Outline() {
  const editor = useEditor();
  const document = useEditorState((state) => state.history.document);
  const active = useEditorState((state) => state.active);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => rowsOf(document, new Set()).filter((row) => row.kind !== 'end'),
    [document],
  );
  const at = rows.findIndex((row) => row.key === active);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- it follows the step, not the list
  }, [at]);
  return (
    <div ref={scroller} className={classes.outline} tabIndex={0} role="group" aria-label="Outline">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const [text] = textOf(row, document, editor.catalog);
          return (
            <button
              key={row.key}
              type="button"
              className={classes.outlineRow}
              style={{ top: start, paddingLeft: 6 + row.depth * 12 }}
              aria-current={row.key === active || undefined}
              data-kind={row.kind}
              title={text}
              onClick={() => editor.goTo(row)}
            >
              {text}
            </button>
          );
        })}
      </div>
    </div>
  );
}
