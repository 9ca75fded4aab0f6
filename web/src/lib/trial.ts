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
 * `through`: it would end well. `beyond`: it would get as far as a write whose answer nobody knows
 * before it is sent; what comes after worked on made-up values and says nothing. `stuck`: it would
 * fail before that.
 */
export type Verdict = { kind: 'through' } | { kind: 'beyond'; step: string } | { kind: 'stuck' };

export function verdict({ state, steps }: TrialTrace): Verdict {
  if (state === 'done' || state === 'skipped') return { kind: 'through' };
  const guessed = steps.find((step) => step.effect != null && step.origin === 'invented');
  const isPast = guessed && guessed.state === 'done';
  return isPast ? { kind: 'beyond', step: guessed.id } : { kind: 'stuck' };
}
