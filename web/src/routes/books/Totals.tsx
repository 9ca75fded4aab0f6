import { useEnvironmentName } from '@/app/useEnvironment';
import { totals } from '@/api/books';
import { Amount } from '@/components/Amount';
import { Empty } from '@/components/Empty';
import { RowList } from '@/components/RowList';
import { type AccountTotal, accountTotals } from '@/lib/totals';
import { useQuery } from '@tanstack/react-query';

const states = [
  ['sent', 'Sent', 768],
  ['staged', 'Staged', 768],
  ['posted', 'Posted', 600],
] as const;

/** What each account comes to, by how far it is in the ERP. */
export function Totals() {
  const list = useQuery(totals(useEnvironmentName()));
  return (
    <RowList
      label="Totals by account"
      list={list}
      rows={list.data && accountTotals(list.data.data)}
      rowKey={({ account, currency }) => `${account} ${currency}`}
      empty={
        <Empty
          title="Nothing is booked yet"
          why="Journal entries of runs are summed here by account."
          next={{ label: 'First steps', to: '/start' }}
        />
      }
      columns={[
        {
          id: 'account',
          title: 'Account',
          cell: (total: AccountTotal) => <span className="number">{total.account}</span>,
        },
        {
          id: 'lines',
          title: 'Lines',
          align: 'right',
          from: 900,
          cell: (total) => <span className="number">{total.lines}</span>,
        },
        ...states.map(([state, title, from]) => ({
          id: state,
          title,
          align: 'right' as const,
          from,
          cell: (total: AccountTotal) => (
            <Amount minor={total[state]} currency={total.currency} quietZero />
          ),
        })),
        {
          id: 'balance',
          title: 'Balance',
          align: 'right',
          cell: (total) => <Amount minor={total.balance} currency={total.currency} strong />,
        },
      ]}
    />
  );
}
