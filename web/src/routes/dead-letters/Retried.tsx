import { type Repair, type RepairItem, repairItems } from '@/api/repairs';
import { Amount } from '@/components/Amount';
import { type Column, DataTable } from '@/components/DataTable';
import { State } from '@/components/State';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

const COLUMNS: readonly Column<RepairItem>[] = [
  {
    id: 'run',
    title: 'Dead letter',
    width: 'minmax(64px, 170px)',
    cell: (item) => (
      <Link to="/runs/$run" params={{ run: item.run }} className="mono">
        {item.run}
      </Link>
    ),
  },
  {
    id: 'amount',
    title: 'At stake',
    width: 'minmax(88px, 112px)',
    align: 'right',
    from: 560,
    cell: (item) => <Amount minor={item.amount_minor} currency={item.currency} />,
  },
  {
    id: 'stands',
    title: 'Now',
    width: 'minmax(84px, 112px)',
    cell: (item) =>
      item.stands ? <State state={item.stands} /> : <State state="failed" word="Not begun" />,
  },
  {
    id: 'made',
    title: 'Worked again by',
    width: 'minmax(72px, 1fr)',
    cell: (item) =>
      item.made ? (
        <Link to="/runs/$run" params={{ run: item.made }} className="mono">
          {item.made}
        </Link>
      ) : (
        <span title={item.because ?? undefined}>{item.because}</span>
      ),
  },
];

/** What became of each letter of a retry. */
export function Retried({ repair }: { repair: Repair }) {
  const stands = repair.stands;
  const standing = `${repair.updated_at} ${stands?.done} ${stands?.dead}`;
  const pages = useInfiniteQuery(repairItems(repair.id, standing));
  return (
    <DataTable
      label="Result of each retried letter"
      columns={COLUMNS}
      pages={pages}
      rowKey={(item) => item.run}
      empty={{ title: 'None yet', why: 'The first are being begun.' }}
    />
  );
}
