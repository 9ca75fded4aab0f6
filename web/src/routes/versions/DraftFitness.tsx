import { runSamples, type Verdict } from '@/api/samples';
import type { components } from '@/api/schema';
import { ErrorView } from '@/components/ErrorView';
import { State } from '@/components/State';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Changes.module.css';

type Draft = components['schemas']['DraftOut'];

/** Whether a draft may be published, as far as it is known. */
export interface Fitness {
  isFit: boolean;
  errors: Draft['problems'];
  /** What its samples come to; nothing while they are worked. */
  verdicts: readonly Verdict[] | undefined;
  error: unknown;
}

/** Checks a draft and works its samples. */
export function useFitness(flow: string, draft: Draft | undefined): Fitness {
  const errors = (draft?.problems ?? []).filter(({ severity }) => severity === 'error');
  const samples = draft?.samples ?? [];
  const isAsked = Boolean(draft?.saved) && errors.length === 0 && samples.length > 0;
  const worked = useQuery({
    queryKey: ['samples', 'run', flow, draft?.document, samples],
    enabled: isAsked,
    queryFn: ({ signal }) => runSamples(flow, draft?.document ?? '', samples, signal),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const isBroken = worked.data?.some((one) => !one.passed) ?? false;
  return {
    isFit: draft !== undefined && errors.length === 0 && !isBroken,
    errors,
    verdicts: worked.data,
    error: worked.error,
  };
}

/** What keeps a draft from being published, and what its samples come to. */
export function DraftFitness({ flow, fitness }: { flow: string; fitness: Fitness }) {
  const { errors, verdicts, error } = fitness;
  const broken = verdicts?.filter((one) => !one.passed) ?? [];
  return (
    <>
      {errors.length > 0 && (
        <div role="status">
          <p className={classes.none}>
            It is not published while {errors.length === 1 ? 'a problem is' : 'problems are'} open:{' '}
            <Anchor renderRoot={(props) => <Link to="/flows/$flow" params={{ flow }} {...props} />}>
              open the designer
            </Anchor>
          </p>
          <ul className={classes.list}>
            {errors.map((problem) => (
              <li key={`${problem.path} ${problem.code}`}>
                <span className="mono">{problem.path}</span> {problem.message}: {problem.cure}
              </li>
            ))}
          </ul>
        </div>
      )}
      {error !== null && error !== undefined && <ErrorView error={error} inline />}
      {verdicts && (
        <p>
          <State
            state={broken.length > 0 ? 'failed' : 'done'}
            word={
              broken.length > 0
                ? `${broken.length} of ${verdicts.length} samples not as expected`
                : `${verdicts.length} samples as expected`
            }
          />
        </p>
      )}
      {broken.map((one) => (
        <div key={one.sample}>
          <span className="mono">{one.sample}</span>
          <ul>
            {[...one.differences, ...one.problems.map((each) => each.message)].map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
