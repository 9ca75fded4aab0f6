import { type Definition, putDefinition } from '@/api/lookups';
import { ErrorView } from '@/components/ErrorView';
import { ActionIcon, Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';

type Column = Definition['columns'][number];

const KINDS: Column['type'][] = ['text', 'number', 'decimal', 'bool', 'date', 'code'];

interface Props {
  environment: string | undefined;
  table: string;
  given: Definition;
  act: string;
  onStored?: () => void;
  onClose: () => void;
}

/** What the rows of a table are found by, and what they give. */
export function ColumnsForm({ environment, table, given, act, onStored, onClose }: Props) {
  const client = useQueryClient();
  const [definition, setDefinition] = useState(given);
  const store = useMutation({
    mutationFn: () => putDefinition(environment, table, definition),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lookups'] });
      onStored?.();
      onClose();
    },
  });
  const isWhole =
    table !== '' &&
    [...(definition.keys ?? []), ...definition.columns].every(({ name }) => name.trim() !== '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        store.mutate();
      }}
    >
      <Columns
        title="Found by"
        columns={definition.keys ?? []}
        onChange={(keys) => setDefinition({ ...definition, keys })}
      />
      <Columns
        title="Gives"
        columns={definition.columns}
        onChange={(columns) => setDefinition({ ...definition, columns })}
      />
      {store.error && <ErrorView error={store.error} inline />}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={!isWhole} loading={store.isPending}>
          {act}
        </Button>
      </Group>
    </form>
  );
}

interface ColumnsProps {
  title: string;
  columns: readonly Column[];
  onChange: (columns: Column[]) => void;
}

function Columns({ title, columns, onChange }: ColumnsProps) {
  const set = (at: number, change: Partial<Column>) =>
    onChange(columns.map((column, place) => (place === at ? { ...column, ...change } : column)));
  return (
    <Stack gap="xs" mb="md">
      <strong>{title}</strong>
      {columns.map((column, at) => (
        <Group key={at} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={`${title}: name of column ${at + 1}`}
            flex={1}
            value={column.name}
            onChange={(event) => set(at, { name: event.currentTarget.value })}
          />
          <Select
            aria-label={`${title}: kind of column ${at + 1}`}
            w={110}
            allowDeselect={false}
            data={KINDS.filter((kind) => kind !== undefined)}
            value={column.type ?? 'text'}
            onChange={(type) => set(at, { type: type ?? 'text' })}
          />
          <Checkbox
            size="xs"
            label="needed"
            checked={column.required ?? false}
            onChange={(event) => set(at, { required: event.currentTarget.checked })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Take column ${column.name || at + 1} away`}
            disabled={columns.length === 1}
            onClick={() => onChange(columns.filter((_, place) => place !== at))}
          >
            <X size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="subtle"
        style={{ alignSelf: 'flex-start' }}
        leftSection={<Plus size={14} />}
        onClick={() => onChange([...columns, { name: '' }])}
      >
        Add column
      </Button>
    </Stack>
  );
}
