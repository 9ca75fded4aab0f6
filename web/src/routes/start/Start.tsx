import { useSteps } from './useSteps';
import { Code } from '@/components/Code';
import { LinkButton } from '@/components/LinkButton';
import { Page } from '@/components/Page';
import { Skeleton } from '@mantine/core';
import { Check } from 'lucide-react';
import classes from './Start.module.css';

/** The way from a fresh server to the first order that is booked. */
export function Start() {
  const steps = useSteps();
  const next = steps?.findIndex((step) => !step.done && !step.optional) ?? -1;
  return (
    <Page
      title="First steps"
      about="From a fresh server to the first order in the books. Leave at any time: what is done is seen from what is there"
    >
      {!steps ? (
        <Skeleton height={240} />
      ) : (
        <ol className={classes.steps}>
          {steps.map((step, at) => (
            <li key={step.title} data-done={step.done || undefined}>
              <span className={classes.mark} aria-hidden>
                {step.done ? <Check size={14} /> : at + 1}
              </span>
              <div>
                <h2>
                  {step.title}
                  <small>
                    {step.done ? 'done' : step.optional ? 'may be left out' : 'to be done'}
                  </small>
                </h2>
                <p>{step.done && step.found ? step.found : step.about}</p>
                {!step.done && step.command && <Code text={step.command} />}
                <LinkButton
                  to={step.to}
                  size="compact-xs"
                  {...(at === next ? {} : { variant: 'default' as const })}
                >
                  {step.label}
                </LinkButton>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Page>
  );
}
