import { Lines } from './Lines';
import { Minimap } from './Minimap';
import { Said } from './Said';
import { RowView } from './RowView';
import type { StepFacts } from './StepBadges';
import type { BeginDrag } from './useDrag';
import { useKeys } from './useKeys';
import { type Json, type JsonMap, get } from '../model/json';
import { counts } from '../model/problem';
import { type Row, noteOf, rowAt } from '../model/rows';
import { idOf } from '../model/step';
import { useEditorState } from '../store/context';
import { type RefObject, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import classes from './Canvas.module.css';

/** Rows drawn beyond what is seen, and the step in which the window moves. */
const BEYOND = 8;
const TOP = 16;

interface Props {
  scroller: RefObject<HTMLDivElement | null>;
  facts: ReadonlyMap<string, StepFacts>;
  beginDrag: BeginDrag;
}

/** The steps of the flow, laid out by the product. Only what is seen is drawn. */
export function Canvas({ scroller, facts, beginDrag }: Props) {
  const layout = useEditorState((state) => state.layout);
  const document = useEditorState((state) => state.history.document);
  const active = useEditorState((state) => state.active);
  const zoom = useEditorState((state) => state.zoom);
  const checked = useEditorState((state) => state.checked);
  const dragging = useEditorState((state) => state.drag !== null);
  const problems = useMemo(() => counts(checked?.problems ?? []), [checked]);
  const [seen, setSeen] = useState({ first: 0, last: 40 });
  const onKeyDown = useKeys();

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => {
      const [top, bottom] = [
        element.scrollTop / zoom - TOP,
        (element.scrollTop + element.clientHeight) / zoom,
      ];
      const first = Math.max(0, Math.floor(rowAt(layout, top) / BEYOND) * BEYOND - BEYOND);
      const last = Math.min(
        layout.rows.length - 1,
        Math.ceil(rowAt(layout, bottom) / BEYOND) * BEYOND + BEYOND,
      );
      setSeen((was) => (was.first === first && was.last === last ? was : { first, last }));
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const watched = new ResizeObserver(look);
    watched.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      watched.disconnect();
    };
  }, [layout, zoom, scroller]);

  // The row that keys act on is always in sight.
  useEffect(() => {
    const element = scroller.current;
    const n = layout.index.get(active);
    if (!element || n === undefined) return;
    const [top, bottom] = [
      ((layout.tops[n] ?? 0) + TOP) * zoom,
      ((layout.tops[n + 1] ?? 0) + TOP) * zoom,
    ];
    if (top < element.scrollTop) element.scrollTo({ top: Math.max(0, top - 24) });
    else if (bottom > element.scrollTop + element.clientHeight) {
      element.scrollTo({ top: bottom - element.clientHeight + 24 });
    }
  }, [active, layout, zoom, scroller]);

  const last = Math.min(seen.last, layout.rows.length - 1);
  const rows = layout.rows.slice(seen.first, last + 1);
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.scroller}
        role="tree"
        tabIndex={0}
        aria-label="Steps of the flow"
        aria-multiselectable
        aria-activedescendant={`row-${active}`}
        data-dragging={dragging || undefined}
        onKeyDown={onKeyDown}
      >
        <div
          className={classes.sheet}
          role="none"
          style={{ height: (layout.height + TOP * 2) * zoom }}
        >
          <div
            className={classes.scaled}
            role="none"
            style={{ transform: `scale(${zoom})`, width: `${100 / zoom}%`, top: TOP * zoom }}
          >
            <Lines layout={layout} first={seen.first} last={last} />
            {rows.map((row, n) => {
              const id = row.kind === 'start' ? '' : idOf(get(document, row.step));
              const of = row.kind === 'step' || row.kind === 'start' ? problems.get(id) : undefined;
              const top = layout.tops[seen.first + n] ?? 0;
              return (
                <RowView
                  key={row.key}
                  row={row}
                  top={top}
                  height={(layout.tops[seen.first + n + 1] ?? 0) - top}
                  shown={shownIn(document, row)}
                  note={noteOf(document, row).split('\n')[0] ?? ''}
                  errors={of?.errors ?? 0}
                  warnings={of?.warnings ?? 0}
                  facts={row.kind === 'step' ? facts.get(id) : undefined}
                  beginDrag={beginDrag}
                />
              );
            })}
          </div>
        </div>
      </div>
      <Minimap scroller={scroller} problems={problems} />
      <Said />
    </div>
  );
}

function shownIn(root: JsonMap, row: Row): Json | undefined {
  return get(root, row.kind === 'case' ? [...row.step, ...row.nested.slice(0, 2)] : row.step);
}
