import { definition, firstRow, putRows } from '@/api/lookups';
import { cell, shape } from '@/lib/lookupRow';
import { ErrorView } from '@/components/ErrorView';
import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './MissingRow.module.css';

interface Props {
  environment: string | undefined;
  table: string;
  rowKey: string;
  /** How many letters miss it. */
  waiting: number;
  /** What is typed so far, for a trial before it is stored; null while it is not whole. */
  onDraft?: (row: unknown) => void;
  /** How the letters are retried once the row is there; by the server, wherever it is missed, if
   * absent. */
  onRetry?: () => Promise<unknown>;
  onStored?: () => void;
}

/** The row that is missing, to be filled in where it is missed. */
export function MissingRow(props: Props) {
  const { environment, table, rowKey, waiting, onDraft, onRetry, onStored } = props;
  const client = useQueryClient();
  const known = useQuery(definition(environment, table));
  const like = useQuery(firstRow(environment, table)).data?.data[0]?.value;
  const { columns, isBare } = shape(known.data?.definition?.columns, like);
  const [cells, setCells] = useState<Record<string, string>>({});
  const [from, setFrom] = useState('');
  const [retry, setRetry] = useState(true);
  const isWhole = (given: Record<string, string>) =>
    columns.every(({ name, required }) => !required || (given[name] ?? '').trim() !== '');
  const row = (given: Record<string, string>): unknown => {
    const filled = columns.filter(({ name }) => given[name]?.trim());
    const values = filled.map(({ name, type }) => [name, cell(type, given[name]?.trim() ?? '')]);
    return isBare ? values[0]?.[1] : Object.fromEntries(values);
  };

  const store = useMutation({
    mutationFn: () =>
      putRows(
        environment,
        table,
        [{ key: keyOf(rowKey), value: row(cells), ...(from ? { valid_from: from } : {}) }],
        retry && !onRetry,
      ),
    onSuccess: async () => {
      if (retry) await onRetry?.();
      await client.invalidateQueries();
      onStored?.();
    },
  });

  const change = (name: string, text: string) => {
    const next = { ...cells, [name]: text };
    setCells(next);
    onDraft?.(isWhole(next) ? row(next) : null);
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        store.mutate();
      }}
    >
      <Group align="flex-end" gap="sm">
        <div>
          <div className={classes.label}>Row of {table}</div>
          <div className={classes.key}>{rowKey}</div>
        </div>
        {columns.map(({ name, required }) => (
          <TextInput
            key={name}
            label={name}
            withAsterisk={required}
            w={180}
            value={cells[name] ?? ''}
            onChange={(event) => change(name, event.currentTarget.value)}
          />
        ))}
        <TextInput
          label="Valid from"
          type="date"
          w={140}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!isWhole(cells)} loading={store.isPending}>
          {retry ? `Add row and retry ${waiting}` : 'Add row'}
        </Button>
      </Group>
      <Checkbox
        mt="xs"
        size="xs"
        label="Retry the dead letters that miss it"
        checked={retry}
        onChange={(event) => setRetry(event.currentTarget.checked)}
      />
      {store.error && <ErrorView error={store.error} inline />}
    </form>
  );
}

/** A key of several parts is written as a JSON list of texts. */
function keyOf(text: string): string | string[] {
  if (!text.startsWith('[')) return text;
  const parts: unknown = JSON.parse(text);
  return Array.isArray(parts) ? parts.map(String) : text;
}
