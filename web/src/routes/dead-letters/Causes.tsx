import { Aged } from './Aged';
import { useEnvironmentName } from '@/app/useEnvironment';
import { causes, tags } from '@/api/deadLetters';
import { AgeFilter } from '@/components/AgeFilter';
import { Amounts } from '@/components/Amounts';
import { Empty } from '@/components/Empty';
import { Filters } from '@/components/Filters';
import { Page } from '@/components/Page';
import { CauseTable } from '@/components/letters/CauseTable';
import { groupCauses } from '@/lib/causes';
import { sums } from '@/lib/money';
import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

type Asked = Partial<Record<'mine' | 'tag' | 'age' | 'flow', string | undefined>>;

/** What was given up and needs a person, by cause and in money. */
export function Causes() {
  const environment = useEnvironmentName();
  const { mine, tag, age, flow } = useSearch({ from: '/dead-letters' });
  const isList = age !== undefined || flow !== undefined;
  const navigate = useNavigate({ from: '/dead-letters' });
  const list = useQuery(causes(environment, { mine: mine === 'yes', tag }));
  const inUse = useQuery(tags(environment)).data?.data ?? [];
  const rows = list.data?.data;
  const count = rows?.reduce((sum, row) => sum + row.count, 0) ?? 0;
  const set = (change: Asked) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace: true });
  return (
    <Page
      title="Dead letters"
      about="What was given up and needs a person, grouped by cause, the largest amount first"
      fill={isList}
      acts={
        rows &&
        count > 0 &&
        !isList && (
          <div style={{ textAlign: 'right' }}>
            <div style={{ color: 'var(--ink-2)', fontSize: '0.75rem' }}>{count} open, at stake</div>
            <Amounts amounts={sums(rows)} strong />
          </div>
        )
      }
    >
      <Filters>
        <SegmentedControl
          aria-label="Whose"
          size="xs"
          data={[
            { value: 'all', label: 'All' },
            { value: 'yes', label: 'Mine' },
          ]}
          value={mine === 'yes' ? 'yes' : 'all'}
          onChange={(value) =>
            set({ mine: value === 'yes' ? 'yes' : undefined, age: undefined, flow: undefined })
          }
        />
        <Select
          aria-label="Tag"
          placeholder="Any tag"
          data={tagChoices(inUse, tag)}
          value={tag ?? null}
          onChange={(next) => set({ tag: next ?? undefined, age: undefined, flow: undefined })}
          searchable
          clearable
          w={170}
        />
        <AgeFilter
          value={age}
          onChange={(next) => set({ age: next, mine: undefined, tag: undefined })}
        />
      </Filters>
      {isList ? (
        <Aged
          environment={environment}
          age={age}
          flow={flow}
          onClear={() => set({ age: undefined, flow: undefined })}
        />
      ) : (
        <CauseTable
          list={list}
          groups={rows && groupCauses(rows)}
          empty={
            tag ? (
              <Empty
                title={`No open cause has the tag ${tag}`}
                why="A tag is put on a cause on the cause's own page."
                next={{
                  label: 'Clear filters',
                  act: () => set({ mine: undefined, tag: undefined }),
                }}
              />
            ) : mine === 'yes' ? (
              <Empty
                title="Nothing is assigned to you"
                why="A cause is assigned on its own page: take it, or give it to somebody."
                next={{ label: 'Show all', act: () => set({ mine: undefined }) }}
              />
            ) : (
              <Empty
                title="Nothing needs you"
                why="A run that cannot go on by itself stands here with its cause and the money at stake. Open runs that still try are under Runs."
                next={{ label: 'Show runs', to: '/runs' }}
              />
            )
          }
        />
      )}
      {!isList && list.data?.next && (
        <p style={{ color: 'var(--ink-2)' }}>There are further causes; the first 200 are shown.</p>
      )}
    </Page>
  );
}

/** Tags of causes that are open, and the one that is asked for. */
function tagChoices(inUse: readonly { tag: string; causes: number }[], asked: string | undefined) {
  const open = inUse.filter(({ tag, causes }) => causes > 0 && tag !== asked);
  return [...open.map(({ tag }) => tag), ...(asked ? [asked] : [])].sort();
}
