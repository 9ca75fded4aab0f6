/** What a dry run of a dead letter says about its replay. */

export interface TrialStep {
  id: string;
  state: string;
  origin: string;
  effect?: number | null;
}

export interface TrialTrace {
  state: string;
  steps: readonly TrialStep[];
}

/**
 * `through`: it would end well. `beyond`: it would get past the step at which it failed, and past a
 * write whose answer nobody knows before it is sent; what comes after worked on made-up values and
 * says nothing. `stuck`: it would fail again.
 */
export type Verdict = { kind: 'through' } | { kind: 'beyond'; step: string } | { kind: 'stuck' };

export function verdict({ state, steps }: TrialTrace, failed: string): Verdict {
  if (state === 'done' || state === 'skipped') return { kind: 'through' };
  const done = steps.filter((step) => step.state === 'done');
  const guessed = done.findLast((step) => step.effect != null && step.origin === 'invented');
  const isPast = done.some((step) => step.id === failed);
  return guessed && isPast ? { kind: 'beyond', step: guessed.id } : { kind: 'stuck' };
}
