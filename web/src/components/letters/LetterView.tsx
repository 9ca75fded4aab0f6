import { AnswerForm } from './AnswerForm';
import { CodeLink } from './CodeLink';
import { LetterActs } from './LetterActs';
import { MissingRow } from './MissingRow';
import type { Letter } from '@/api/deadLetters';
import { Amount } from '@/components/Amount';
import { Message } from '@/components/Message';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Link } from '@tanstack/react-router';
import classes from './LetterView.module.css';

/** How a letter was closed, in words. */
const CLOSED: Record<string, string> = {
  replayed: 'Retried',
  discard: 'Discarded',
  answered: 'Answered',
};

/** A dead letter on its run's page: what the peer said, what is at stake, and the cure. */
export function LetterView({ letter }: { letter: Letter }) {
  if (letter.resolution) {
    return (
      <div className={classes.closed}>
        <State state="resolved" word={CLOSED[letter.resolution] ?? letter.resolution} />
        <span>
          by {letter.resolved_by}, <Time at={letter.resolved_at} />
          {letter.reason && `: ${letter.reason}`}
        </span>
      </div>
    );
  }
  return (
    <section className={classes.letter} aria-label="Dead letter">
      <div className={classes.head}>
        <div>
          <p className={classes.message}>
            <Message text={letter.sentence} />
          </p>
          {letter.message !== letter.sentence && (
            <p className={classes.said}>
              In its own words: <Message text={letter.message} />
            </p>
          )}
          <p className={classes.about}>
            <CodeLink code={letter.code} /> at step <span className="mono">{letter.step}</span>,{' '}
            <Time at={letter.since} ago />.{' '}
            <Link to="/dead-letters/$fingerprint" params={{ fingerprint: letter.fingerprint }}>
              All of this cause
            </Link>
          </p>
        </div>
        <Amount minor={letter.amount_minor} currency={letter.currency} strong />
      </div>
      {letter.question ? (
        <AnswerForm letter={letter} />
      ) : (
        <>
          {letter.missing_row && (
            <MissingRow
              environment={letter.environment}
              table={letter.missing_row.table}
              rowKey={letter.missing_row.key}
              waiting={1}
            />
          )}
          <div className={classes.acts}>
            <LetterActs letter={letter} />
          </div>
        </>
      )}
    </section>
  );
}
