import { Batch } from './Batch';
import { Letters } from './Letters';
import { type Outcome, summary, tryAll } from './trial';
import { useEnvironment } from '@/app/useEnvironment';
import { causes, letters, replayCause } from '@/api/deadLetters';
import { Amounts } from '@/components/Amounts';
import { Empty } from '@/components/Empty';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { Message } from '@/components/Message';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { MissingRow } from '@/components/letters/MissingRow';
import { ReplayDialog } from '@/components/letters/ReplayDialog';
import { groupCauses } from '@/lib/causes';
import { amountText } from '@/lib/money';
import { Button, Group, Progress, Skeleton } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

/** One cause: fix it once, try the whole group, retry all. */
export function Cause() {
  const { fingerprint } = useParams({ from: '/dead-letters/$fingerprint' });
  const { current } = useEnvironment();
  const environment = current?.name;
  const client = useQueryClient();
  const list = useQuery(causes(environment));
  const pages = useInfiniteQuery(letters(environment, fingerprint));
  const shown = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const [row, setRow] = useState<unknown>(null);
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [trying, setTrying] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const [asking, setAsking] = useState(false);
  const [batch, setBatch] = useState<string[]>([]);
  useEffect(() => () => stop.current?.abort(), []);

  const group = list.data && groupCauses(list.data.data).find((g) => g.fingerprint === fingerprint);
  const missing = shown.find((letter) => letter.missing_row)?.missing_row;
  const acts =
    group &&
    `${group.count}${group.amounts.map((a) => `, ${amountText(a.minor, a.currency)}`).join('')}`;

  const attempt = async () => {
    const control = new AbortController();
    stop.current = control;
    setOutcomes(new Map());
    setTrying(true);
    const lookups = missing && row != null ? { [missing.table]: { [missing.key]: row } } : {};
    await tryAll(
      shown,
      { lookups },
      (run, outcome) => setOutcomes((was) => new Map(was).set(run, outcome)),
      control.signal,
    );
    setTrying(false);
  };

  if (list.error) return <ErrorView error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) {
    return (
      <Page title="Dead letters">
        <Skeleton height={160} />
      </Page>
    );
  }
  const tried = summary(shown, outcomes);
  return (
    <Page
      title={group ? <Message text={group.message} /> : 'This cause is cleared'}
      about={<Link to="/dead-letters">All dead letters</Link>}
      fill
    >
      {batch.length > 0 && <Batch environment={environment} runs={batch} />}
      {!group && (
        <Empty
          title="No open dead letter has this cause"
          why="All were retried, answered or discarded."
          next={{ label: 'Show dead letters', to: '/dead-letters' }}
        />
      )}
      {group && (
        <>
          <Facts
            facts={[
              ['Open', group.count],
              ['At stake', <Amounts key="amounts" amounts={group.amounts} strong />],
              ['Oldest', <Time key="since" at={group.since} ago />],
              ['Newest', <Time key="until" at={group.until} ago />],
              [
                'Flow and step',
                <span key="where">
                  {group.flow}, <span className="mono">{group.step}</span>
                </span>,
              ],
              ['Class', group.class.replace('_', ' ')],
            ]}
          />
          <Panel title="Fix once">
            {missing ? (
              <MissingRow
                environment={environment}
                table={missing.table}
                rowKey={missing.key}
                waiting={group.count}
                onDraft={setRow}
                onStored={setBatch}
              />
            ) : (
              <p style={{ margin: 0 }}>
                Put right what the message names: in the other system, in a{' '}
                <Link to="/lookups">lookup table</Link> or in <Link to="/flows">the flow</Link>.
                Then try the group, and retry all.
              </p>
            )}
            <Group gap="xs" mt="sm">
              <Button
                variant="default"
                onClick={() => void attempt()}
                disabled={shown.length === 0 || trying}
              >
                {trying ? 'Dry run under way' : `Dry run of ${shown.length}`}
              </Button>
              {trying && (
                <Button variant="default" onClick={() => stop.current?.abort()}>
                  Stop
                </Button>
              )}
              <Button {...(missing ? { variant: 'default' } : {})} onClick={() => setAsking(true)}>
                Retry {acts}
              </Button>
            </Group>
            {(trying || outcomes.size > 0) && (
              <div role="status" style={{ marginTop: '0.625rem' }}>
                {trying && (
                  <Progress
                    size="sm"
                    value={(tried.tried * 100) / Math.max(shown.length, 1)}
                    aria-label="Dry run"
                  />
                )}
                <p style={{ margin: '0.25rem 0 0' }}>
                  {tried.passing} of {tried.tried} tried would now go on
                  {tried.amounts.map((a) => `, ${amountText(a.minor, a.currency)}`).join('')}
                  {row != null && missing ? ', with the row above' : ''}. Nothing was changed; what
                  a system answers to a write is known only once it is sent.
                </p>
              </div>
            )}
          </Panel>
          <Letters pages={pages} outcomes={outcomes} />
        </>
      )}
      {asking && (
        <ReplayDialog
          title="Retry all of this cause"
          act={`Retry ${acts ?? ''}`}
          typed={current?.kind === 'live' ? group?.flow : undefined}
          onReplay={async (how) => {
            const { runs } = await replayCause(fingerprint, how);
            setBatch(runs);
            await client.invalidateQueries();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}
