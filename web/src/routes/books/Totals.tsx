import { useEnvironmentName } from '@/app/useEnvironment';
import { totals } from '@/api/books';
import { Amount } from '@/components/Amount';
import { Empty } from '@/components/Empty';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { amountText } from '@/lib/money';
import { type AccountTotal, accountTotals, byCurrency } from '@/lib/totals';
import { useQuery } from '@tanstack/react-query';
import classes from './Totals.module.css';

const STATES = [
  ['sent', 'Sent', 768],
  ['staged', 'Staged', 768],
  ['posted', 'Posted', 600],
] as const;

/** A trial balance per currency: what each account comes to, by how far it is in the ERP. */
export function Totals() {
  const list = useQuery(totals(useEnvironmentName()));
  const groups = list.data && byCurrency(accountTotals(list.data.data));
  if (!groups || groups.length === 0) {
    return <Accounts list={list} rows={groups && []} label="Totals by account" />;
  }
  return groups.map(({ currency, rows, sum }) => (
    <section key={currency} className={classes.currency}>
      <h2>
        {currency}
        {sum === 0n ? (
          <State state="done" word="Debits and credits are equal" />
        ) : (
          <State state="open" word={`Debits and credits differ by ${amountText(sum, currency)}`} />
        )}
      </h2>
      <Accounts list={list} rows={rows} label={`Totals by account in ${currency}`} />
    </section>
  ));
}

interface Props {
  list: { error: unknown; refetch: () => unknown };
  rows: readonly AccountTotal[] | undefined;
  label: string;
}

function Accounts({ list, rows, label }: Props) {
  return (
    <RowList
      label={label}
      list={list}
      rows={rows}
      rowKey={({ account }) => account}
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
        ...STATES.map(([state, title, from]) => ({
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
