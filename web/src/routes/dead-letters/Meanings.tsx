import { meanings } from '@/api/deadLetters';
import { ErrorView } from '@/components/ErrorView';
import { Page } from '@/components/Page';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import classes from './Meanings.module.css';

/** What each code of a dead letter means, what is so with the money, and what to do. */
export function Meanings() {
  const { data, error, refetch } = useQuery(meanings);
  const { hash } = useLocation();
  useEffect(() => {
    if (data && hash) document.getElementById(hash)?.scrollIntoView({ block: 'center' });
  }, [data, hash]);
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  return (
    <Page
      title="What the codes mean"
      about={
        <>
          Every <Link to="/dead-letters">dead letter</Link> has one
        </>
      }
    >
      {!data && <Skeleton height={300} />}
      {data?.data.map((meaning) => (
        <section
          key={meaning.code}
          id={meaning.code}
          className={classes.meaning}
          data-asked={meaning.code === hash || undefined}
          aria-labelledby={`${meaning.code}-title`}
        >
          <h2 id={`${meaning.code}-title`}>
            {meaning.title} <code>{meaning.code}</code>
          </h2>
          <dl>
            <dt>What happened</dt>
            <dd>{meaning.what}</dd>
            <dt>The money</dt>
            <dd>{meaning.money}</dd>
            <dt>What to do</dt>
            <dd>{meaning.cure}</dd>
          </dl>
        </section>
      ))}
    </Page>
  );
}
