import { useEnvironmentName } from '@/app/useEnvironment';
import { causes } from '@/api/deadLetters';
import { Amounts } from '@/components/Amounts';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { CauseTable } from '@/components/letters/CauseTable';
import { groupCauses } from '@/lib/causes';
import { sums } from '@/lib/money';
import { useQuery } from '@tanstack/react-query';

/** What was given up and needs a person, by cause and in money. */
export function Causes() {
  const list = useQuery(causes(useEnvironmentName()));
  const rows = list.data?.data;
  const count = rows?.reduce((sum, row) => sum + row.count, 0) ?? 0;
  return (
    <Page
      title="Dead letters"
      about="What was given up and needs a person, grouped by cause, the largest amount first"
      acts={
        rows &&
        count > 0 && (
          <div style={{ textAlign: 'right' }}>
            <div style={{ color: 'var(--ink-2)', fontSize: '0.75rem' }}>{count} open, at stake</div>
            <Amounts amounts={sums(rows)} strong />
          </div>
        )
      }
    >
      <CauseTable
        list={list}
        groups={rows && groupCauses(rows)}
        empty={
          <Empty
            title="Nothing needs you"
            why="A run that cannot go on by itself stands here with its cause and the money at stake. Open runs that still try are under Runs."
            next={{ label: 'Show runs', to: '/runs' }}
          />
        }
      />
      {list.data?.next && (
        <p style={{ color: 'var(--ink-2)' }}>There are further causes; the first 200 are shown.</p>
      )}
    </Page>
  );
}
