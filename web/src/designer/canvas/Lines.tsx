import { GAP, lineAt } from './geometry';
import type { Layout } from '../model/rows';
import { memo } from 'react';
import classes from './Canvas.module.css';

interface Props {
  layout: Layout;
  first: number;
  last: number;
}

/** The lines that join the steps that are drawn. Nobody draws them: they follow from the rows. */
export const Lines = memo(function Lines({ layout, first, last }: Props) {
  const top = layout.tops[first] ?? 0;
  const bottom = layout.tops[last + 1] ?? layout.height;
  let path = '';
  for (let n = first; n <= last; n += 1) {
    const row = layout.rows[n];
    if (!row) continue;
    const [from, to] = [(layout.tops[n] ?? 0) - top, (layout.tops[n + 1] ?? 0) - top];
    const middle = from + GAP + 16;
    const own = row.kind === 'step' || row.kind === 'end' ? row.depth : null;
    for (const depth of row.rails) {
      const x = lineAt(depth);
      if (depth !== own) path += `M${x} ${from}V${to}`;
      else path += `M${x} ${from}V${row.kind === 'end' ? middle - 10 : to}`;
    }
    if (row.kind === 'start') path += `M${lineAt(0)} ${middle}V${to}`;
    const before = layout.rows[n - 1];
    const turnsIn = before !== undefined && before.depth < row.depth && own !== null;
    if (turnsIn) {
      const [x, outer] = [lineAt(row.depth), lineAt(before.depth)];
      path += `M${outer} ${from - 6}Q${outer} ${from + 4} ${outer + 10} ${from + 4}H${x - 8}Q${x} ${from + 4} ${x} ${from + GAP}`;
    }
    if (row.kind === 'case' || row.kind === 'branch' || row.kind === 'error') {
      const [x, outer] = [lineAt(row.depth), lineAt(row.depth - 1)];
      path += `M${outer} ${from}V${middle - 8}Q${outer} ${middle} ${outer + 8} ${middle}H${x}`;
    }
  }
  return (
    <svg className={classes.lines} style={{ top }} width="100%" height={bottom - top} aria-hidden>
      <path d={path} />
    </svg>
  );
});
