import { version } from '@/api/versions';
import { Code } from '@/components/Code';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { Time } from '@/components/Time';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

/** The text of one version, as it was published. */
export function VersionText({ flow, number }: { flow: string; number: number }) {
  const { data, error, refetch } = useQuery(version(flow, number));
  const place = useRef<HTMLDivElement>(null);
  const isThere = data !== undefined;
  useEffect(() => {
    if (isThere) place.current?.scrollIntoView({ block: 'nearest' });
  }, [isThere, number]);
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={240} />;
  return (
    <div ref={place}>
      <Panel
        title={`Version ${number}`}
        aside={
          <>
            {data.published_by}, <Time at={data.published_at} />
          </>
        }
      >
        <Code text={data.document} />
      </Panel>
    </div>
  );
}
