import type { Statistics } from '@/api/statistics';
import { Time } from '@/components/Time';
import { duration, relative } from '@/lib/time';
import { Link } from '@tanstack/react-router';
import { CircleX } from 'lucide-react';
import classes from './Canvas.module.css';

/** How a step does on the version that is in force. */
export type StepFacts = Statistics['steps'][number] & { flow: string; version: number };

/** What is heard of it: the words that are seen, in their order. */
export function factsInWords(facts: StepFacts | undefined, now: Date): string {
  if (!facts) return '';
  const { open_errors: open, p95_us: p95, last_at: last } = facts;
  const known = [
    p95 == null ? '' : `p95 ${duration(p95 / 1000)}`,
    last ? `last ${relative(new Date(last), now)}` : '',
  ];
  const errors = open > 0 ? `${open} open ${open === 1 ? 'error' : 'errors'}` : '';
  return [known.filter(Boolean).join(' · '), errors].filter(Boolean).join(', ');
}

/** Open errors, which lead to exactly those; how long its calls take, and its last run. */
export function StepBadges({ facts }: { facts: StepFacts }) {
  const { flow, step, version, open_errors: open, p95_us: p95 } = facts;
  return (
    <>
      {(p95 != null || facts.last_at) && (
        <span
          className={classes.facts}
          title={`Version ${version} in force: 95 of 100 of its latest runs were this quick in the calls of this step`}
        >
          {p95 != null && <>p95 {duration(p95 / 1000)}</>}
          {p95 != null && facts.last_at && ' · '}
          {facts.last_run && (
            <Link to="/runs/$run" params={{ run: facts.last_run }} tabIndex={-1}>
              last <Time at={facts.last_at} ago />
            </Link>
          )}
        </span>
      )}
      {open > 0 && (
        <Link
          className={classes.badge}
          data-tone="bad"
          to="/flows/$flow/errors"
          params={{ flow }}
          search={{ step }}
          title={`Of version ${version}, which is in force`}
        >
          <CircleX size={12} aria-hidden /> {open} open {open === 1 ? 'error' : 'errors'}
        </Link>
      )}
    </>
  );
}
