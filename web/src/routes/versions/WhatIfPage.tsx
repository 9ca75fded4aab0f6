import { DifferenceView } from './DifferenceView';
import { cancelWhatIf, differences, resumeWhatIf, whatIf } from '@/api/whatIfs';
import { Amount } from '@/components/Amount';
import { ErrorView } from '@/components/ErrorView';
import { Facts } from '@/components/Facts';
import { LinkButton } from '@/components/LinkButton';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button, Progress, Skeleton } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import classes from './WhatIfPage.module.css';

/** A trial of a version on the past: how far it is, what would differ, and by how much money. */
export function WhatIfPage() {
  const { flow, id } = useParams({ from: '/flows/$flow/what-if/$id' });
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(whatIf(id));
  const list = useInfiniteQuery({
    ...differences(id),
    refetchInterval: data?.state === 'running' ? 3_000 : false,
  });
  const act = useMutation({
    mutationFn: (does: typeof cancelWhatIf) => does(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['what_ifs'] }),
  });
  if (error) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} m="lg" />;
  const { runs } = data;
  const shown = list.data?.pages.flatMap((page) => page.data);
  const isOver = data.state === 'done' || data.state === 'failed';
  return (
    <Page
      title={data.headline}
      about={data.coverage}
      acts={
        <>
          {data.state === 'running' && (
            <Button
              variant="default"
              loading={act.isPending}
              onClick={() => act.mutate(cancelWhatIf)}
            >
              Stop, keeping what is found
            </Button>
          )}
          {!isOver && data.state !== 'running' && (
            <Button loading={act.isPending} onClick={() => act.mutate(resumeWhatIf)}>
              Go on
            </Button>
          )}
          <LinkButton to="/flows/$flow/versions" params={{ flow }} variant="default">
            Versions
          </LinkButton>
        </>
      }
    >
      {act.error && <ErrorView error={act.error} inline />}
      {data.reason && <p role="alert">{data.reason}</p>}
      {data.state === 'running' && runs.total != null && runs.total > 0 && (
        <Progress value={(runs.gone / runs.total) * 100} aria-label="How far it is" />
      )}
      <div className={classes.columns}>
        <Panel title="Runs">
          <Facts
            facts={[
              ['State', <State key="s" state={data.state} />],
              ['Of', data.version == null ? 'a draft' : `version ${data.version}`],
              ['Events from', <Time key="f" at={data.from} />],
              ['To', <Time key="t" at={data.to} />],
              ['Lookups', data.lookups === 'now' ? 'as they are now' : 'as they were then'],
              ['Gone through', `${runs.gone}${runs.total == null ? '' : ` of ${runs.total}`}`],
              ['The same', String(runs.same)],
              ['Different', String(runs.differ)],
              ['Book differently', String(runs.book_differ)],
              ['Cannot be told', String(runs.cannot_tell)],
              ['Still in work', runs.in_work > 0 && String(runs.in_work)],
              ['Bodies erased', runs.erased > 0 && String(runs.erased)],
            ]}
          />
        </Panel>
        <Panel title="Money" flush={data.money.length > 0}>
          {data.money.length === 0 ? (
            'No account would come to another sum.'
          ) : (
            <RowList
              label="Money by account"
              list={list}
              rows={data.money}
              rowKey={(row) => `${row.account} ${row.currency}`}
              empty={null}
              columns={[
                { id: 'account', title: 'Account', cell: (row) => row.account },
                {
                  id: 'was',
                  title: 'Was',
                  align: 'right',
                  from: 600,
                  cell: (row) => <Amount minor={row.was_minor} currency={row.currency} />,
                },
                {
                  id: 'would',
                  title: 'Would be',
                  align: 'right',
                  cell: (row) => <Amount minor={row.would_be_minor} currency={row.currency} />,
                },
                {
                  id: 'difference',
                  title: 'Difference',
                  align: 'right',
                  cell: (row) => (
                    <Amount minor={row.difference_minor} currency={row.currency} strong />
                  ),
                },
              ]}
            />
          )}
        </Panel>
      </div>
      {data.reasons.length > 0 && (
        <Panel title="Why some cannot be told">
          <ul className={classes.reasons}>
            {data.reasons.map(({ reason, count }) => (
              <li key={reason}>
                <span className="number">{count}</span>: {reason}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <RowList
        label="Runs that would go otherwise"
        list={list}
        rows={shown}
        rowKey={(one) => one.run}
        empty={<p>{isOver ? 'Every run would do the same.' : 'No difference is found so far.'}</p>}
        columns={[
          {
            id: 'key',
            title: 'Run',
            cell: (one) => <DifferenceView difference={one} />,
          },
        ]}
      />
      {list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()}>
          Further runs
        </Button>
      )}
      {data.differences_kept >= data.differences_max && (
        <p>The first {data.differences_max} are kept; all are counted.</p>
      )}
    </Page>
  );
}
