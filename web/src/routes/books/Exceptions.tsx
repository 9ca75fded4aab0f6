import { useEnvironmentName } from '@/app/useEnvironment';
import { type Exception, exceptions } from '@/api/books';
import { Amount } from '@/components/Amount';
import { type Column, DataTable } from '@/components/DataTable';
import { AgeFilter } from '@/components/AgeFilter';
import { Filters } from '@/components/Filters';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { MOMENT } from '@/lib/time';
import { Checkbox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import classes from './Exceptions.module.css';

const COLUMNS: readonly Column<Exception>[] = [
  {
    id: 'state',
    title: 'State',
    width: '84px',
    from: 640,
    cell: (exception) => <State state={exception.resolved_at ? 'resolved' : 'open'} />,
  },
  {
    id: 'sentence',
    title: 'What differs',
    width: 'minmax(140px, 1fr)',
    cell: (exception) => (
      <span className={classes.sentence} title={exception.sentence}>
        {exception.sentence}
      </span>
    ),
  },
  {
    id: 'run',
    title: 'Run',
    width: '84px',
    from: 560,
    cell: (exception) =>
      exception.run && (
        <Link to="/runs/$run" params={{ run: exception.run }} title={exception.run}>
          See why
        </Link>
      ),
  },
  {
    id: 'amount',
    title: 'Amount',
    width: '116px',
    align: 'right',
    cell: (exception) => <Amount minor={exception.amount_minor} currency={exception.currency} />,
  },
  {
    id: 'opened',
    title: 'Since',
    width: MOMENT,
    align: 'right',
    from: 560,
    cell: (exception) => <Time at={exception.opened_at} />,
  },
];

/** What differs in the books and needs a person. */
export function Exceptions() {
  const environment = useEnvironmentName();
  const { all, age } = useSearch({ from: '/books' });
  const navigate = useNavigate({ from: '/books' });
  const pages = useInfiniteQuery(exceptions(environment, all === 'yes', age));
  return (
    <>
      <Filters>
        <Checkbox
          size="xs"
          label="Resolved ones too"
          checked={all === 'yes'}
          onChange={(event) => {
            const chosen = event.currentTarget.checked ? 'yes' : undefined;
            void navigate({ search: (was) => ({ ...was, all: chosen }), replace: true });
          }}
        />
        <AgeFilter
          value={age}
          onChange={(next) =>
            void navigate({ search: (was) => ({ ...was, age: next }), replace: true })
          }
        />
      </Filters>
      <DataTable
        label="Exceptions"
        columns={COLUMNS}
        pages={pages}
        rowKey={(exception) => String(exception.id)}
        rowHeight={52}
        empty={{ title: 'Nothing differs', why: 'What the books cannot explain stands here.' }}
        clearFilters={
          age
            ? () => void navigate({ search: (was) => ({ ...was, age: undefined }), replace: true })
            : undefined
        }
      />
    </>
  );
}
