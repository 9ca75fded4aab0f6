import { type Standing as Stands, standing } from '@/api/books';
import { Amounts } from '@/components/Amounts';
import { ErrorView } from '@/components/ErrorView';
import { Time } from '@/components/Time';
import { type Amount, sums } from '@/lib/money';
import { AGES, type Age, type Need, need, total } from '@/lib/standing';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import classes from './Standing.module.css';

const AGE_NAMES: Record<Age, string> = { fresh: '0–1 d', week: '2–7 d', older: '> 7 d' };

/** What is matched, what is on its way, and what needs a person: in money, counts second. Each number
 * leads to the rows that it counts. */
export function Standing({ environment }: { environment: string | undefined }) {
  const { data, error, refetch } = useQuery(standing(environment));
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={130} />;
  return (
    <div>
      <div className={classes.row}>
        <Figure
          title="Matched"
          amounts={sums(data.matched)}
          to={
            <Link to="/books" search={{ view: 'entries', state: 'posted' }}>
              {entries(total(data.matched))}
            </Link>
          }
          about="posted in the ERP, with its voucher"
        />
        <InTransit data={data} />
        <NeedsYou data={data} />
      </div>
      <p className={classes.as}>
        as of <Time at={data.as_of} />
      </p>
    </div>
  );
}

const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`;

function InTransit({ data }: { data: Stands }) {
  const deposits = total(data.open_deposits);
  return (
    <Figure
      title="In transit"
      amounts={sums(data.in_transit)}
      to={
        <Link to="/books" search={{ view: 'entries', standing: 'in_transit' }}>
          {entries(total(data.in_transit))}
        </Link>
      }
      about="booked and not posted yet, within the usual 26 hours"
    >
      <ul className={classes.parts}>
        <li>
          <Link to="/books" search={{ view: 'deposits', usual: 'yes' }}>
            {deposits} open {deposits === 1 ? 'deposit' : 'deposits'}
          </Link>
          <span>
            paid, not invoiced yet: <Amounts amounts={sums(data.open_deposits)} />
          </span>
        </li>
        <li>
          <Link to="/runs" search={{ state: 'waiting' }}>
            {data.waiting_runs} {data.waiting_runs === 1 ? 'run waits' : 'runs wait'}
          </Link>
          {data.retrying_runs > 0 && (
            <Link to="/runs" search={{ state: 'retry' }}>
              {data.retrying_runs} {data.retrying_runs === 1 ? 'tries' : 'try'} again
            </Link>
          )}
          {data.parked_runs > 0 && (
            <Link to="/runs" search={{ state: 'parked' }}>
              {data.parked_runs} held by a paused connection
            </Link>
          )}
        </li>
      </ul>
    </Figure>
  );
}

function NeedsYou({ data }: { data: Stands }) {
  const { dead_letters, exceptions, late_entries } = data.needs_you;
  const letters = need(dead_letters);
  const differing = need(exceptions);
  const late = need(late_entries);
  const count = letters.count + differing.count + late.count;
  return (
    <Figure
      title="Needs you"
      amounts={sums([...dead_letters, ...exceptions, ...late_entries])}
      about={count === 0 ? 'nothing' : `${count} in all`}
      bad={count > 0}
    >
      {count > 0 && (
        <table className={classes.ages}>
          <thead>
            <tr>
              <th scope="col">
                <span className={classes.unseen}>List</span>
              </th>
              {AGES.map((age) => (
                <th key={age} scope="col">
                  {AGE_NAMES[age]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Row
              title="Dead letters"
              list={letters}
              to={(age, text) => (
                <Link to="/dead-letters" search={{ age }} aria-label={`Dead letters, ${text}`}>
                  {letters.ages[age]}
                </Link>
              )}
            />
            <Row
              title="Exceptions"
              list={differing}
              to={(age, text) => (
                <Link
                  to="/books"
                  search={{ view: 'exceptions', age }}
                  aria-label={`Exceptions, ${text}`}
                >
                  {differing.ages[age]}
                </Link>
              )}
            />
            <Row
              title="Late entries"
              list={late}
              to={(age, text) => (
                <Link
                  to="/books"
                  search={{ view: 'entries', standing: 'late', age }}
                  aria-label={`Late entries, ${text}`}
                >
                  {late.ages[age]}
                </Link>
              )}
            />
          </tbody>
        </table>
      )}
    </Figure>
  );
}

interface RowProps {
  title: string;
  list: Need;
  to: (age: Age, text: string) => ReactNode;
}

function Row({ title, list, to }: RowProps) {
  if (list.count === 0) return null;
  return (
    <tr>
      <th scope="row">{title}</th>
      {AGES.map((age) => (
        <td key={age}>
          {list.ages[age] === 0 ? (
            <span className={classes.none}>0</span>
          ) : (
            to(age, `${list.ages[age]} of ${AGE_NAMES[age]}`)
          )}
        </td>
      ))}
    </tr>
  );
}

interface FigureProps {
  title: string;
  amounts: readonly Amount[];
  about: string;
  to?: ReactNode;
  bad?: boolean;
  children?: ReactNode;
}

function Figure({ title, amounts, about, to, bad, children }: FigureProps) {
  return (
    <section className={classes.figure} data-bad={bad || undefined} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {to}
      </header>
      <div className={classes.amounts}>
        {amounts.length === 0 ? (
          <span className={classes.none}>nothing</span>
        ) : (
          <Amounts amounts={amounts} strong />
        )}
      </div>
      <p>{about}</p>
      {children}
    </section>
  );
}
