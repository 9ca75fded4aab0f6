import { useEnvironmentName } from '@/app/useEnvironment';
import type { Letter } from '@/api/deadLetters';
import { stepErrors } from '@/api/statistics';
import { type Column, DataTable } from '@/components/DataTable';
import { LinkButton } from '@/components/LinkButton';
import { Page } from '@/components/Page';
import { LETTER } from '@/components/letters/letterColumns';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';

const COLUMNS: readonly Column<Letter>[] = [
  LETTER.run,
  LETTER.amount,
  LETTER.message,
  {
    id: 'cause',
    title: 'Cause',
    width: '84px',
    from: 760,
    cell: (letter) => (
      <Link to="/dead-letters/$fingerprint" params={{ fingerprint: letter.fingerprint }}>
        all of it
      </Link>
    ),
  },
  LETTER.since,
];

/** The open errors of one step, of the version that is in force. */
export function Errors() {
  const { flow } = useParams({ from: '/flows/$flow/errors' });
  const { step = '' } = useSearch({ from: '/flows/$flow/errors' });
  const environment = useEnvironmentName();
  const pages = useInfiniteQuery(stepErrors(flow, environment, step));
  return (
    <Page
      title={
        <>
          Open errors at <span className="mono">{step}</span>
        </>
      }
      about={`Dead letters of ${flow}, of the version that is in force`}
      acts={
        <LinkButton to="/flows/$flow" params={{ flow }} search={{ step }} variant="default">
          Show the step
        </LinkButton>
      }
      fill
    >
      <DataTable
        label="Open errors"
        columns={COLUMNS}
        pages={pages}
        rowKey={(letter) => letter.run}
        rowLink={(letter, content) => (
          <Link to="/runs/$run" params={{ run: letter.run }}>
            {content}
          </Link>
        )}
        empty={{ title: 'No open errors', why: 'Nothing that stopped at this step is open.' }}
      />
    </Page>
  );
}
