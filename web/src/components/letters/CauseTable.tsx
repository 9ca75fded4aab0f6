import { Amounts } from '@/components/Amounts';
import { LinkButton } from '@/components/LinkButton';
import { Message } from '@/components/Message';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { Tags } from './Tags';
import { Trend } from './Trend';
import type { CauseGroup } from '@/lib/causes';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './CauseTable.module.css';

interface Props {
  list: { error: unknown; refetch: () => unknown };
  groups: readonly CauseGroup[] | undefined;
  empty: ReactNode;
}

/** The act that cures a cause. */
function cure(group: CauseGroup): string {
  if (group.questions > 0) return `Answer ${group.questions}`;
  return group.missing_row ? 'Add row' : `Try and retry ${group.count}`;
}

/** Causes of failures in money: what happened, how often, how much, how old, and the way to its cure. */
export function CauseTable({ list, groups, empty }: Props) {
  return (
    <RowList
      label="Causes"
      list={list}
      rows={groups}
      rowKey={(group) => group.fingerprint}
      empty={empty}
      columns={[
        {
          id: 'cause',
          title: 'Cause',
          cell: (group) => (
            <>
              <Link
                to="/dead-letters/$fingerprint"
                params={{ fingerprint: group.fingerprint }}
                className={classes.cause}
              >
                <span className={classes.message}>
                  <Message text={group.sentence} />
                </span>
                {!group.missing_row && (
                  <span className={classes.said}>
                    <Message text={group.message} />
                  </span>
                )}
                <span className={classes.where}>
                  {group.flow}, step {group.step}
                  {group.care?.assignee &&
                    `, with ${group.care.assignee}${group.care.due ? ` until ${group.care.due}` : ''}`}
                </span>
              </Link>
              <Tags tags={group.tags} />
            </>
          ),
        },
        {
          id: 'count',
          title: 'Count',
          align: 'right',
          cell: (group) => <span className="number">{group.count}</span>,
        },
        {
          id: 'amount',
          title: 'At stake',
          align: 'right',
          cell: (group) => <Amounts amounts={group.amounts} strong />,
        },
        {
          id: 'oldest',
          title: 'Oldest',
          align: 'right',
          from: 640,
          cell: (group) => <Time at={group.since} ago />,
        },
        {
          id: 'trend',
          title: '7 days',
          from: 1100,
          cell: (group) => <Trend counts={group.trend} />,
        },
        {
          id: 'act',
          title: <span className={classes.unseen}>Act</span>,
          align: 'right',
          from: 900,
          cell: (group) => (
            <LinkButton
              to="/dead-letters/$fingerprint"
              params={{ fingerprint: group.fingerprint }}
              variant="default"
              size="compact-xs"
            >
              {cure(group)}
            </LinkButton>
          ),
        },
      ]}
    />
  );
}
