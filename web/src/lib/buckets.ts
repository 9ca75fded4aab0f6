/** Runs counted by when they began. */
export interface Bar {
  start: number;
  done: number;
  failed: number;
  other: number;
}

/** Counts runs into `count` bars of equal width from the oldest of them until now. */
export function bars(
  runs: readonly { created_at: string; state: string }[],
  now: number,
  count: number,
): { bars: Bar[]; widthMs: number } {
  const begun = runs.map((run) => Date.parse(run.created_at));
  const first = Math.min(now, ...begun);
  const widthMs = Math.max(1, (now - first) / count);
  const found = Array.from({ length: count }, (_, at) => ({
    start: first + at * widthMs,
    done: 0,
    failed: 0,
    other: 0,
  }));
  for (const run of runs) {
    const at = Math.floor((Date.parse(run.created_at) - first) / widthMs);
    const bar = found[Math.min(count - 1, Math.max(0, at))];
    if (!bar) continue;
    if (run.state === 'done') bar.done += 1;
    else if (run.state === 'dead') bar.failed += 1;
    else bar.other += 1;
  }
  return { bars: found, widthMs };
}

/** The value below which a share of them lies; null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
