import { useEnvironmentName } from '@/app/useEnvironment';
import { type Deposit, deposits } from '@/api/books';
import { Amount } from '@/components/Amount';
import { type Column, DataTable } from '@/components/DataTable';
import { Filters } from '@/components/Filters';
import { Time } from '@/components/Time';
import { MOMENT } from '@/lib/time';
import { Checkbox } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

const COLUMNS: readonly Column<Deposit>[] = [
  {
    id: 'charge',
    title: 'Payment',
    width: 'minmax(150px, 1fr)',
    cell: (deposit) => <span className="mono">{deposit.charge}</span>,
  },
  {
    id: 'paid',
    title: 'Paid',
    width: '122px',
    align: 'right',
    from: 700,
    cell: (deposit) => <Amount minor={deposit.paid_minor} currency={deposit.currency} />,
  },
  {
    id: 'left',
    title: 'Not invoiced',
    width: '122px',
    align: 'right',
    cell: (deposit) => <Amount minor={deposit.left_minor} currency={deposit.currency} />,
  },
  {
    id: 'settled',
    title: 'In the books',
    width: '122px',
    align: 'right',
    from: 560,
    cell: (deposit) => (
      <Amount minor={deposit.settlement_left_minor} currency={deposit.settlement_currency} strong />
    ),
  },
  {
    id: 'opened',
    title: 'Since',
    width: MOMENT,
    align: 'right',
    from: 560,
    cell: (deposit) => <Time at={deposit.opened_at} />,
  },
];

/** What was paid and no invoice has taken yet, oldest first. */
export function Deposits() {
  const environment = useEnvironmentName();
  const { usual } = useSearch({ from: '/books' });
  const navigate = useNavigate({ from: '/books' });
  const pages = useInfiniteQuery(deposits(environment, usual === 'yes'));
  const set = (next: string | undefined) =>
    void navigate({ search: (was) => ({ ...was, usual: next }), replace: true });
  return (
    <>
      <Filters>
        <Checkbox
          size="xs"
          label="Only those within their usual time"
          checked={usual === 'yes'}
          onChange={(event) => set(event.currentTarget.checked ? 'yes' : undefined)}
        />
      </Filters>
      <DataTable
        label="Open deposits"
        columns={COLUMNS}
        pages={pages}
        rowKey={(deposit) => deposit.charge}
        empty={{
          title: 'No open deposits',
          why: 'A payment stands here until invoices have taken all of it.',
        }}
        clearFilters={usual === 'yes' ? () => set(undefined) : undefined}
      />
    </>
  );
}
