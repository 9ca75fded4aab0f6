import { useEditorState } from '../store/context';
import { type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import classes from './Canvas.module.css';

interface Props {
  scroller: RefObject<HTMLDivElement | null>;
  problems: ReadonlyMap<string, { errors: number; warnings: number }>;
}

const WIDTH = 64;

/** The whole flow at the edge; a press goes there. For the pointer alone: keys have Home, End and search. */
export function Minimap({ scroller, problems }: Props) {
  const layout = useEditorState((state) => state.layout);
  const selected = useEditorState((state) => state.selected);
  const zoom = useEditorState((state) => state.zoom);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = scroller.current;
    const drawn = canvas.current;
    const paint = drawn?.getContext('2d');
    if (!element || !drawn || !paint) return;
    const draw = (): void => {
      const height = element.clientHeight;
      const ratio = window.devicePixelRatio;
      drawn.width = WIDTH * ratio;
      drawn.height = height * ratio;
      drawn.style.height = `${height}px`;
      paint.scale(ratio, ratio);
      const style = getComputedStyle(element);
      const ink = (name: string): string => style.getPropertyValue(name).trim();
      const scale = Math.min(0.12, height / Math.max(1, layout.height));
      const chosen = new Set(selected);
      layout.rows.forEach((row, n) => {
        if (row.kind === 'end') return;
        const [top, bottom] = [layout.tops[n] ?? 0, layout.tops[n + 1] ?? 0];
        const bad = row.kind === 'step' && problems.get(row.key.slice('step:'.length))?.errors;
        paint.fillStyle = bad
          ? ink('--bad')
          : chosen.has(row.key)
            ? ink('--accent')
            : ink('--line-strong');
        const left = 6 + Math.min(row.depth, 6) * 4;
        paint.fillRect(
          left,
          top * scale,
          WIDTH - 8 - left,
          Math.max(1, (bottom - top) * scale * 0.6),
        );
      });
    };
    const follow = (): void => {
      if (!view.current) return;
      const scale = Math.min(0.12, element.clientHeight / Math.max(1, layout.height));
      view.current.style.top = `${(element.scrollTop / zoom) * scale}px`;
      view.current.style.height = `${Math.max(8, (element.clientHeight / zoom) * scale)}px`;
    };
    draw();
    follow();
    element.addEventListener('scroll', follow, { passive: true });
    const watched = new ResizeObserver(() => {
      draw();
      follow();
    });
    watched.observe(element);
    return () => {
      element.removeEventListener('scroll', follow);
      watched.disconnect();
    };
  }, [layout, selected, problems, zoom, scroller]);

  const go = (event: PointerEvent<HTMLDivElement>): void => {
    const element = scroller.current;
    if (!element || event.buttons === 0) return;
    const scale = Math.min(0.12, element.clientHeight / Math.max(1, layout.height));
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
    element.scrollTo({ top: (y / scale) * zoom - element.clientHeight / 2 });
  };
  return (
    <div className={classes.minimap} onPointerDown={go} onPointerMove={go} aria-hidden>
      <canvas ref={canvas} />
      <div ref={view} />
    </div>
  );
}
