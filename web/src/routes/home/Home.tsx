import { ConnectionHealth } from './ConnectionHealth';
import { FlowHealth } from './FlowHealth';
import { Machine } from './Machine';
import { ProofLine } from './ProofLine';
import { Standing } from './Standing';
import { Strip } from './Strip';
import { Throughput } from './Throughput';
import { useEnvironmentName } from '@/app/useEnvironment';
import { causes } from '@/api/deadLetters';
import { session } from '@/api/session';
import { CompletenessLine } from '@/components/CompletenessLine';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { CauseTable } from '@/components/letters/CauseTable';
import { groupCauses } from '@/lib/causes';
import { StartLine } from '@/routes/start/StartLine';
import { SegmentedControl } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Home.module.css';

type View = 'money' | 'flows' | 'machine';

const VIEWS: { value: View; label: string }[] = [
  { value: 'money', label: 'Money' },
  { value: 'flows', label: 'Flows' },
  { value: 'machine', label: 'Machine' },
];

/** What a role looks for first. Where there are no accounts everybody is an administrator: the money
 * leads there. */
const FIRST: Record<string, View> = { editor: 'flows', approver: 'money', admin: 'machine' };

/** Whether the books tie, what needs a person, and whether everything works; what leads follows the
 * role, and each person can have another view lead. */
export function Home() {
  const environment = useEnvironmentName();
  const account = useQuery(session).data?.account;
  const [chosen, choose] = useLocalStorage<View | null>({ key: 'home.view', defaultValue: null });
  const view = chosen ?? FIRST[account?.role ?? ''] ?? 'money';
  const money = (
    <>
      <ProofLine environment={environment} />
      <Standing environment={environment} />
    </>
  );
  return (
    <Page
      title="Home"
      acts={
        <SegmentedControl
          aria-label="What leads"
          size="xs"
          data={VIEWS}
          value={view}
          onChange={choose}
        />
      }
    >
      <StartLine />
      {view === 'flows' && <FlowHealth environment={environment} />}
      {view === 'machine' && (
        <div className={classes.two}>
          <ConnectionHealth environment={environment} />
          <Machine environment={environment} />
        </div>
      )}
      {view === 'money' && money}
      <NeedsYou environment={environment} />
      {view !== 'money' && money}
      <Strip environment={environment} />
      <CompletenessLine environment={environment} brief />
      <div className={classes.two}>
        <Throughput environment={environment} />
        {view !== 'machine' && <ConnectionHealth environment={environment} />}
      </div>
    </Page>
  );
}

/** The causes that cost most, each with its cure. */
function NeedsYou({ environment }: { environment: string | undefined }) {
  const list = useQuery(causes(environment));
  const groups = list.data && groupCauses(list.data.data);
  return (
    <section>
      <h2 className={classes.title}>
        What needs you, by cause <Link to="/dead-letters">All dead letters</Link>
      </h2>
      <CauseTable
        list={list}
        groups={groups?.slice(0, 8)}
        empty={
          <Empty
            title="Nothing needs you"
            why="Runs that cannot go on by themselves stand here with their cause and their money."
          />
        }
      />
    </section>
  );
}
