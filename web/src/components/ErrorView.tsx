import { Message } from './Message';
import { detailsOf } from '@/api/problem';
import { Button } from '@mantine/core';
import { CircleX } from 'lucide-react';
import classes from './ErrorView.module.css';

interface Props {
  error: unknown;
  retry?: () => void;
  /** One line within a form or a row instead of a block. */
  inline?: boolean;
}

/** An error as the server says it: what happened, what to do, its code and reference. */
export function ErrorView({ error, retry, inline }: Props) {
  const { detail, cure, code, reference, problems = [] } = detailsOf(error);
  return (
    <div className={classes.error} data-inline={inline || undefined} role="alert">
      <CircleX size={16} aria-hidden />
      <div>
        <p className={classes.detail}>
          <Message text={sentence(detail)} />
        </p>
        {cure && (
          <p>
            <Message text={sentence(cure)} />
          </p>
        )}
        {problems.length > 0 && (
          <ul>
            {problems.map((problem) => (
              <li key={`${problem.path} ${problem.code} ${problem.message}`}>
                <span className="mono">{problem.path}</span>{' '}
                <Message
                  text={problem.cure ? `${problem.message}: ${problem.cure}` : problem.message}
                />
              </li>
            ))}
          </ul>
        )}
        <p className={classes.code}>
          <span className="mono">{code}</span>
          {reference && <span className="mono">{reference}</span>}
        </p>
        {retry && (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** The server's messages begin small and end without a stop; on a page they are sentences. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:]$/.test(begun) ? begun : `${begun}.`;
}
