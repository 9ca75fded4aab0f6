/** Places intervals on a line from 0 to 1 in which long idle gaps are cut short. */

export interface Interval {
  start: number;
  end: number;
}

/** A gap that is drawn shorter than it was. */
export interface Cut {
  /** Where it is drawn, from 0 to 1. */
  at: number;
  /** How long it really was, in milliseconds. */
  ms: number;
}

export interface Scale {
  place: (ms: number) => number;
  cuts: Cut[];
}

/** A gap longer than this share of the busy time is drawn as that share, */
const GAP_SHARE = 0.12;
/** unless it is short anyway. */
const GAP_MS = 1_000;

/** Merges what overlaps. */
function busy(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  for (const { start, end } of sorted) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end: Math.max(start, end) });
  }
  return merged;
}

/** The scale of a timeline: a retry after an hour stays readable beside calls of milliseconds. */
export function scale(intervals: readonly Interval[]): Scale {
  const stretches = busy(intervals);
  const first = stretches[0];
  if (!first) return { place: () => 0, cuts: [] };
  const worked = stretches.reduce((sum, { start, end }) => sum + end - start, 0);
  const gapMax = Math.max(worked * GAP_SHARE, 1);
  // Pairs of real time and drawn time, between which lines are straight.
  const points: [real: number, drawn: number][] = [[first.start, 0]];
  const cut: [at: number, ms: number][] = [];
  let drawn = 0;
  let at = first.start;
  for (const { start, end } of stretches) {
    const gap = start - at;
    const isCut = gap > gapMax && gap > GAP_MS;
    if (isCut) cut.push([drawn + gapMax / 2, gap]);
    drawn += isCut ? gapMax : gap;
    points.push([start, drawn]);
    drawn += end - start;
    points.push([end, drawn]);
    at = end;
  }
  const total = Math.max(drawn, 1);
  const place = (ms: number) => {
    let [fromReal, fromDrawn] = points[0] ?? [0, 0];
    for (const [real, here] of points) {
      if (ms <= real) {
        const part = real === fromReal ? 1 : Math.max(0, ms - fromReal) / (real - fromReal);
        return (fromDrawn + (here - fromDrawn) * part) / total;
      }
      [fromReal, fromDrawn] = [real, here];
    }
    return 1;
  };
  return { place, cuts: cut.map(([where, ms]) => ({ at: where / total, ms })) };
}
