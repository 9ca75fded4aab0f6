import type { Call, RunDetail, RunStep } from '@/api/runs';

/** A step of a run with the calls that it made, oldest first. */
export interface Worked {
  key: string;
  id: string;
  /** Absent for calls whose step left no record, as a step that failed at once. */
  step: RunStep | null;
  calls: Call[];
  start: number;
  end: number;
}

const ms = (text: string) => Date.parse(text);

/**
 * Puts each call to its step. A step that was worked several times, as within a list, takes the
 * calls until its next time.
 */
export function worked(run: Pick<RunDetail, 'steps' | 'calls' | 'fault' | 'step'>): Worked[] {
  const rows: Worked[] = [...run.steps]
    .map((step, at) => ({ step, at }))
    .sort((a, b) => ms(a.step.started_at) - ms(b.step.started_at) || a.at - b.at)
    .map(({ step, at }) => ({
      key: `${at}`,
      id: step.id,
      step,
      calls: [],
      start: ms(step.started_at),
      end: ms(step.ended_at ?? step.started_at),
    }));
  for (const call of run.calls) {
    const began = ms(call.started_at);
    const own = rows.filter((row) => row.id === call.step);
    // A result is written once its calls are over, so the first row that ends later has this call.
    let row = own.find((row) => row.end >= began) ?? own.at(-1);
    if (!row) {
      row = {
        key: `call ${call.step}`,
        id: call.step,
        step: null,
        calls: [],
        start: began,
        end: began,
      };
      rows.push(row);
    }
    row.calls.push(call);
    row.start = Math.min(row.start, began);
    row.end = Math.max(row.end, ms(call.ended_at));
  }
  if (run.step && run.fault && !rows.some((row) => row.id === run.step)) {
    const at = Math.max(0, ...rows.map((row) => row.end));
    rows.push({ key: 'failed', id: run.step, step: null, calls: [], start: at, end: at });
  }
  return rows.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** How a step stands: its own word, or what its run says where it left no record. */
export function standing(row: Worked, run: Pick<RunDetail, 'state' | 'step'>): string {
  if (row.step?.state === 'done' || row.step?.state === 'skipped') return row.step.state;
  const isHere = row.id === run.step;
  if (isHere && run.state === 'dead') return 'failed';
  if (isHere && ['waiting', 'retry', 'parked'].includes(run.state)) return run.state;
  return row.step?.state ?? 'begun';
}
