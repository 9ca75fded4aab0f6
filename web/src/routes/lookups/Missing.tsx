import { letters } from '@/api/deadLetters';
import { MissingRow } from '@/components/letters/MissingRow';
import { Panel } from '@/components/Panel';
import { Button, Group, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

/** Rows that dead letters miss, to be added here. */
export function Missing({
  environment,
  table,
}: {
  environment: string | undefined;
  table: string;
}) {
  const { data } = useInfiniteQuery(letters(environment, {}));
  const [open, setOpen] = useState<string | null>(null);
  const missed = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { missing_row: row } of data?.pages.flatMap((page) => page.data) ?? []) {
      if (row?.table === table) counts.set(row.key, (counts.get(row.key) ?? 0) + 1);
    }
    return [...counts];
  }, [data, table]);
  if (missed.length === 0) return null;
  return (
    <Panel title="Rows that dead letters miss">
      <Stack gap="sm">
        {missed.map(([key, count]) =>
          open === key ? (
            <MissingRow
              key={key}
              environment={environment}
              table={table}
              rowKey={key}
              waiting={count}
              onStored={() => setOpen(null)}
            />
          ) : (
            <Group key={key} gap="sm">
              <span className="mono">{key}</span>
              <span>
                {count} {count === 1 ? 'dead letter waits' : 'dead letters wait'}
              </span>
              <Button variant="default" size="compact-xs" onClick={() => setOpen(key)}>
                Add row and retry
              </Button>
            </Group>
          ),
        )}
      </Stack>
    </Panel>
  );
}
