import { useWaiting } from './useWaiting';
import { exceptions } from '@/api/books';
import { Amounts } from '@/components/Amounts';
import { useNow } from '@/components/useNow';
import type { CauseGroup } from '@/lib/causes';
import { type Amount, sums } from '@/lib/money';
import { age } from '@/lib/time';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './NeedsYou.module.css';

interface Props {
  environment: string | undefined;
  groups: readonly CauseGroup[] | undefined;
}

/** What is on its way, what differs, and what needs a person. Each leads to what it counts. */
export function NeedsYou({ environment, groups }: Props) {
  const waiting = useWaiting(environment);
  const open = useInfiniteQuery(exceptions(environment, false)).data;
  const now = useNow();
  const count = groups?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  const stake = sums(
    (groups ?? []).flatMap((group) =>
      group.amounts.map(({ minor, currency }) => ({ amount_minor: minor, currency })),
    ),
  );
  const oldest = groups?.map((group) => group.since).sort()[0];
  const differing = open?.pages.flatMap((page) => page.data) ?? [];
  const more = open?.pages.at(-1)?.next ? '+' : '';
  return (
    <div className={classes.row}>
      <Figure
        title="On its way"
        about="runs that wait, or try again by themselves"
        to={
          <Link to="/runs" search={{ state: 'waiting' }}>
            Waiting runs
          </Link>
        }
      >
        <strong className="number">{waiting.known ? `${waiting.count}${waiting.more}` : ''}</strong>
      </Figure>
      <Figure
        title="Differs in the books"
        about={
          open &&
          `${differing.length}${more} open ${differing.length === 1 ? 'exception' : 'exceptions'}`
        }
        to={
          <Link to="/books" search={{ view: 'exceptions' }}>
            Exceptions
          </Link>
        }
      >
        {open && <Sum amounts={sums(differing)} isEmpty={differing.length === 0} />}
      </Figure>
      <Figure
        title="Needs you"
        about={
          oldest
            ? `${count} open, oldest ${age((now.getTime() - Date.parse(oldest)) / 1000)}`
            : groups && 'no open dead letters'
        }
        to={<Link to="/dead-letters">Dead letters</Link>}
        bad={count > 0}
      >
        {groups && <Sum amounts={stake} isEmpty={count === 0} />}
      </Figure>
    </div>
  );
}

/** Nothing is said while nothing is known. */
function Sum({ amounts, isEmpty }: { amounts: readonly Amount[]; isEmpty: boolean }) {
  if (isEmpty) return <span className={classes.nothing}>nothing</span>;
  return <Amounts amounts={amounts} strong />;
}

interface FigureProps {
  title: string;
  about: string | undefined;
  to: ReactNode;
  bad?: boolean;
  children: ReactNode;
}

function Figure({ title, about, to, bad, children }: FigureProps) {
  return (
    <section className={classes.figure} data-bad={bad || undefined}>
      <header>
        <h2>{title}</h2>
        {to}
      </header>
      <div className={classes.amounts}>{children}</div>
      <p>{about}</p>
    </section>
  );
}
