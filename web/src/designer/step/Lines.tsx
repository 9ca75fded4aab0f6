import { used } from './sources';
import { useStepView } from './view';
import { type RefObject, useEffect, useState } from 'react';
import classes from './step.module.css';

interface Line {
  key: string;
  d: string;
  state: string;
}

interface Props {
  /** The panes, which hold sources and fields. */
  within: RefObject<HTMLElement | null>;
  /** Formulas by the place of their field. */
  formulas: ReadonlyMap<string, string>;
}

/** Lines from what is seen of the sample to the fields that name it: the same document, drawn. */
export function Lines({ within, formulas }: Props) {
  const view = useStepView();
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    const root = within.current;
    if (!root) return;
    const all = [...(view?.results.values() ?? [])];
    const states = new Map(all.map((one) => [one.path.map(String).join('.'), one.state]));
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      setLines(linesOf(root, formulas, (path) => states.get(path) ?? ''));
    };
    const ask = (): void => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    ask();
    // Scrolling does not bubble; it is caught on the way down.
    root.addEventListener('scroll', ask, true);
    window.addEventListener('resize', ask);
    const seen = new MutationObserver(ask);
    seen.observe(root, { childList: true, subtree: true });
    return () => {
      cancelAnimationFrame(frame);
      root.removeEventListener('scroll', ask, true);
      window.removeEventListener('resize', ask);
      seen.disconnect();
    };
  }, [within, formulas, view]);
  return (
    <svg className={classes.lines} aria-hidden>
      {lines.map((one) => (
        <path key={one.key} d={one.d} data-state={one.state} />
      ))}
    </svg>
  );
}

function linesOf(
  root: HTMLElement,
  formulas: ReadonlyMap<string, string>,
  stateOf: (path: string) => string,
): Line[] {
  const origin = root.getBoundingClientRect();
  const rows = [...root.querySelectorAll<HTMLElement>('[data-source]')];
  // The deepest row that is drawn stands for what it holds, so what is folded has no line of its own.
  const sources = rows.filter((row) => row.getAttribute('aria-expanded') !== 'true');
  const found: Line[] = [];
  for (const [path, formula] of formulas) {
    const field = root.querySelector<HTMLElement>(`textarea[data-field="${CSS.escape(path)}"]`);
    if (!field) continue;
    const to = field.getBoundingClientRect();
    const pane = field.closest('section')?.getBoundingClientRect();
    if (!pane || to.bottom < pane.top + 38 || to.top > pane.bottom) continue;
    const names = used([formula]);
    for (const row of sources) {
      const source = row.dataset.source ?? '';
      const from = row.getBoundingClientRect();
      const side = row.closest('[role=tree]')?.getBoundingClientRect();
      if (!side || from.bottom < side.top || from.top > side.bottom || !names(source)) continue;
      const [x1, y1] = [side.right - origin.left - 4, from.top + from.height / 2 - origin.top];
      const [x2, y2] = [to.left - origin.left, to.top + Math.min(16, to.height / 2) - origin.top];
      const bend = Math.max(14, (x2 - x1) / 2);
      found.push({
        key: `${source}>${path}`,
        d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
        state: stateOf(path),
      });
    }
  }
  return found;
}
