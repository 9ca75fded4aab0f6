import { insert, move, newStep, takenIds } from '../model/edit';
import { type Path, get } from '../model/json';
import { isThere, judge, outermost } from '../model/places';
import { type Row, dropRowAt } from '../model/rows';
import { type Kind, idOf } from '../model/step';
import { addStart } from '../starts';
import type { Editor } from '../store/editor';
import { type PointerEvent, type RefObject, useCallback } from 'react';

/** What is dragged: steps of the canvas, or something new from the palette. */
export type Dragged =
  | { kind: 'steps'; row: Row }
  | { kind: 'new'; block: Kind; what: string; label: string }
  /** What starts the flow: it goes to the first row, wherever on the canvas it is dropped. */
  | { kind: 'start'; what: string; label: string };
export type BeginDrag = (event: PointerEvent, what: Dragged) => void;

/** The pointer must go so far before a press is a drag. */
const THRESHOLD_PX = 5;
/** So near to an edge the canvas scrolls by itself. */
const EDGE_PX = 48;
/** By how much of what it is too near, in each frame. */
const SPEED = 0.7;

/** Dragging by pointer. The same is done by keyboard in `useKeys` and by menu in `MoveTo`. */
export function useDrag(editor: Editor, scroller: RefObject<HTMLDivElement | null>): BeginDrag {
  return useCallback(
    (event, what) => {
      const start = { x: event.clientX, y: event.clientY };
      let at = start;
      let frame = 0;
      let ghost: HTMLElement | null = null;
      let paths: Path[] = [];

      const lift = (): void => {
        const { document } = editor;
        const chosen = editor.selectedSteps();
        paths = what.kind === 'steps' ? outermost(document, chosen) : [];
        const ids = paths.map((path) => idOf(get(document, path)));
        const label =
          what.kind !== 'steps'
            ? what.label
            : ids.length === 1
              ? (ids[0] ?? '')
              : `${ids.length} steps`;
        const judged = judge(document, paths);
        const known = new Map<string, string | null>();
        const why = (row: Row): string | null => {
          if (what.kind === 'start') return row.kind === 'start' ? null : 'it starts the flow';
          if (!row.place) return null;
          const before = known.get(row.key);
          if (before !== undefined) return before;
          const there = paths.length > 0 && isThere(paths, row.place);
          const reason = there ? 'it stands there already' : judged(row.place);
          known.set(row.key, reason);
          return reason;
        };
        ghost = window.document.createElement('div');
        ghost.className = 'designer-ghost';
        ghost.textContent = label;
        window.document.body.append(ghost);
        editor.update({ drag: { label, why, over: null } });
      };

      const follow = (): void => {
        frame = 0;
        const element = scroller.current;
        const { drag, layout, zoom } = editor.get();
        if (!element || !drag || !ghost) return;
        ghost.style.transform = `translate(${at.x + 12}px, ${at.y + 8}px)`;
        const box = element.getBoundingClientRect();
        const inside =
          at.x >= box.left && at.x <= box.right && at.y >= box.top && at.y <= box.bottom;
        if (inside) {
          const [above, below] = [box.top + EDGE_PX - at.y, at.y - box.bottom + EDGE_PX];
          const by = above > 0 ? -above * SPEED : below > 0 ? below * SPEED : 0;
          if (by !== 0) {
            element.scrollBy(0, by);
            frame = requestAnimationFrame(follow);
          }
        }
        const y = (at.y - box.top + element.scrollTop) / zoom - 16;
        const to = what.kind === 'start' ? 0 : dropRowAt(layout, y);
        const row = inside ? layout.rows[to] : undefined;
        const over = row ? { row: row.key, reason: drag.why(row) } : null;
        if (over?.row !== drag.over?.row) editor.update({ drag: { ...drag, over } });
      };

      const onMove = (moved: globalThis.PointerEvent): void => {
        at = { x: moved.clientX, y: moved.clientY };
        if (!ghost) {
          if (Math.hypot(at.x - start.x, at.y - start.y) < THRESHOLD_PX) return;
          lift();
        }
        if (frame === 0) frame = requestAnimationFrame(follow);
      };
      const stop = (): void => {
        window.removeEventListener('pointermove', onMove);
        window.removeEventListener('pointerup', onUp);
        window.removeEventListener('pointercancel', stop);
        window.removeEventListener('keydown', onKey, true);
        cancelAnimationFrame(frame);
        ghost?.remove();
        if (editor.get().drag) editor.update({ drag: null });
      };
      const onUp = (): void => {
        const { drag, layout } = editor.get();
        const key = drag?.over?.row;
        const place = key ? layout.rows[layout.index.get(key) ?? -1]?.place : undefined;
        const dropped = ghost !== null;
        stop();
        // Outside of the canvas nothing is changed.
        if (!dropped || !key) return;
        if (what.kind === 'start') {
          addStart(editor, what.what);
        } else if (!place) {
          return;
        } else if (what.kind === 'steps') {
          editor.apply(move(editor.document, paths, place), true);
        } else {
          const step = newStep(what.block, what.what, takenIds(editor.document));
          editor.apply(insert(editor.document, place, [step]), true);
        }
        swallowClick();
      };
      const onKey = (pressed: KeyboardEvent): void => {
        if (pressed.key !== 'Escape') return;
        pressed.preventDefault();
        pressed.stopPropagation();
        stop();
      };
      window.addEventListener('pointermove', onMove);
      window.addEventListener('pointerup', onUp);
      window.addEventListener('pointercancel', stop);
      window.addEventListener('keydown', onKey, true);
    },
    [editor, scroller],
  );
}

/** The click that ends a drag chooses nothing. */
function swallowClick(): void {
  const swallow = (event: MouseEvent): void => event.stopPropagation();
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 0);
}
