import { CarePanel } from './CarePanel';
import { Letters } from './Letters';
import { RepairProgress } from './RepairProgress';
import { Retried } from './Retried';
import classes from './Cause.module.css';
import { useEnvironment } from '@/app/useEnvironment';
import { causes } from '@/api/deadLetters';
import { repairs, startRepair } from '@/api/repairs';
import { Amounts } from '@/components/Amounts';
import { Empty } from '@/components/Empty';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Message } from '@/components/Message';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { CodeLink } from '@/components/letters/CodeLink';
import { MissingRow } from '@/components/letters/MissingRow';
import { ReplayDialog } from '@/components/letters/ReplayDialog';
import { Trend } from '@/components/letters/Trend';
import { groupCauses } from '@/lib/causes';
import { amountText } from '@/lib/money';
import { Button, Group, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';

/** One cause: fix it once, try the whole group, retry all, and watch it shrink. */
export function Cause() {
  const { fingerprint } = useParams({ from: '/dead-letters/$fingerprint' });
  const { current } = useEnvironment();
  const environment = current?.name;
  const queries = useQueryClient();
  const list = useQuery(causes(environment));
  const acts = useQuery(repairs(environment, fingerprint));
  const [row, setRow] = useState<unknown>(null);
  const [asking, setAsking] = useState(false);
  const fresh = () => queries.invalidateQueries({ queryKey: ['dead_letters'] });

  const group = list.data && groupCauses(list.data.data).find((g) => g.fingerprint === fingerprint);
  const missing = group?.missing_row;
  const trial = acts.data?.data.find(({ kind }) => kind === 'trial');
  const retry = acts.data?.data.find(({ kind }) => kind === 'retry');
  const sum =
    group &&
    `${group.count}${group.amounts.map((a) => `, ${amountText(a.minor, a.currency)}`).join('')}`;

  const lookups = missing && row != null ? { [missing.table]: { [missing.key]: row } } : {};
  const attempt = useMutation({
    mutationFn: () => startRepair(environment, fingerprint, { kind: 'trial', lookups }),
    onSuccess: fresh,
  });
  const again = useMutation({
    mutationFn: () => startRepair(environment, fingerprint, { kind: 'retry' }),
    onSuccess: fresh,
  });

  if (list.error && !list.data) {
    return <ErrorView error={list.error} retry={() => void list.refetch()} />;
  }
  if (!list.data) {
    return (
      <Page title="Dead letters">
        <Skeleton height={160} />
      </Page>
    );
  }
  // A dry run tells of the group as it was: after a retry it is the retry that tells.
  const tried = trial && (!retry || trial.created_at > retry.created_at) ? trial : undefined;
  const isTrying = tried?.state === 'running' || attempt.isPending;
  return (
    <Page
      title={group ? <Message text={group.sentence} /> : 'This cause is cleared'}
      about={<Link to="/dead-letters">All dead letters</Link>}
    >
      {!group && (
        <Empty
          title="No open dead letter has this cause"
          why="All were retried, answered or discarded."
          next={{ label: 'Show dead letters', to: '/dead-letters' }}
        />
      )}
      {group && (
        <>
          <Panel>
            <p className={classes.said}>
              <span>In its own words: </span>
              <Message text={group.message} />
            </p>
            <Facts
              facts={[
                ['Open', group.count],
                ['At stake', <Amounts key="amounts" amounts={group.amounts} strong />],
                ['Oldest', <Time key="since" at={group.since} ago />],
                ['Newest', <Time key="until" at={group.until} ago />],
                ['Last 7 days', <Trend key="trend" counts={group.trend} />],
                [
                  'Flow and step',
                  <span key="where">
                    {group.flow}, <span className="mono">{group.step}</span>
                  </span>,
                ],
                ['Code', <CodeLink key="code" code={group.code} />],
              ]}
            />
          </Panel>
          <div className={classes.columns}>
            <Panel title="Fix once, retry all">
              {missing ? (
                <MissingRow
                  environment={environment}
                  table={missing.table}
                  rowKey={missing.key}
                  waiting={group.count}
                  onDraft={setRow}
                  onRetry={() => again.mutateAsync()}
                />
              ) : (
                <p className={classes.advice}>
                  Put right what the message names: in the other system, in a{' '}
                  <Link to="/lookups">lookup table</Link> or in <Link to="/flows">the flow</Link>.
                  Or open one letter below and correct its payload. Then try the group, and retry
                  all.
                </p>
              )}
              <Group gap="xs" mt="sm">
                <Button variant="default" onClick={() => attempt.mutate()} disabled={isTrying}>
                  {isTrying
                    ? 'Dry run under way'
                    : `Dry run of ${group.count}${missing && row != null ? ' with this row' : ''}`}
                </Button>
                <Button
                  {...(missing ? { variant: 'default' } : {})}
                  onClick={() => setAsking(true)}
                >
                  Retry {sum}
                </Button>
              </Group>
              {attempt.error && <ErrorView error={attempt.error} inline />}
              {tried && <RepairProgress repair={tried} />}
            </Panel>
            <CarePanel environment={environment} fingerprint={fingerprint} tags={group.tags} />
          </div>
        </>
      )}
      {retry && (
        <Panel title="Latest retry">
          <RepairProgress repair={retry} />
          <div className={classes.list}>
            <Retried repair={retry} />
          </div>
        </Panel>
      )}
      {group && (
        <div className={classes.list}>
          <Letters environment={environment} fingerprint={fingerprint} trial={tried} />
        </div>
      )}
      {asking && group && (
        <ReplayDialog
          title="Retry all of this cause"
          act={`Retry ${sum ?? ''}`}
          run={group.first}
          isGroup
          typed={current?.kind === 'live' ? group.flow : undefined}
          onReplay={async ({ from_start = false, newest = false, reason }) => {
            const how = { kind: 'retry' as const, from_start, newest };
            await startRepair(environment, fingerprint, { ...how, ...(reason ? { reason } : {}) });
            await fresh();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}
