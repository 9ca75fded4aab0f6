import { ErrorView } from './ErrorView';
import { JsonTree } from './JsonTree';
import { call } from '@/api/runs';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import classes from './CallList.module.css';

/** What was asked and answered in one call; persons are hidden. */
export function CallSaid({ run, place }: { run: string; place: string }) {
  const { data, error, refetch } = useQuery(call(run, place));
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} inline />;
  if (!data) return <Skeleton height={80} />;
  return (
    <div className={classes.said}>
      {data.input !== undefined && <Part title="Input of the step" value={data.input} />}
      <Part title="Request" value={data.request} />
      <Part title="Response" value={data.response} />
    </div>
  );
}

function Part({ title, value }: { title: string; value: unknown }) {
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      {value === undefined ? <p>Nothing came back.</p> : <JsonTree value={value} open={4} />}
    </section>
  );
}
