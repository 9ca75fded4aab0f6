import { ConnectionHealth } from './ConnectionHealth';
import { NeedsYou } from './NeedsYou';
import { ProofLine } from './ProofLine';
import { Throughput } from './Throughput';
import { useEnvironmentName } from '@/app/useEnvironment';
import { causes } from '@/api/deadLetters';
import { CompletenessLine } from '@/components/CompletenessLine';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { CauseTable } from '@/components/letters/CauseTable';
import { groupCauses } from '@/lib/causes';
import { StartLine } from '@/routes/start/StartLine';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import classes from './Home.module.css';

/** Whether the books tie, what needs a person, and whether everything works. */
export function Home() {
  const environment = useEnvironmentName();
  const list = useQuery(causes(environment));
  const groups = list.data && groupCauses(list.data.data);
  return (
    <Page title="Home">
      <StartLine />
      <ProofLine environment={environment} />
      <CompletenessLine environment={environment} brief />
      <NeedsYou environment={environment} groups={groups} />
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
      <div className={classes.two}>
        <Throughput environment={environment} />
        <ConnectionHealth environment={environment} />
      </div>
    </Page>
  );
}
