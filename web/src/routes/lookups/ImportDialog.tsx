import { type Imported, importSheet, keyText } from '@/api/lookups';
import { ErrorView } from '@/components/ErrorView';
import { RowList } from '@/components/RowList';
import { sheetOf, valueText } from '@/lib/lookupSheet';
import { Button, Checkbox, FileButton, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  environment: string | undefined;
  table: string;
  onClose: () => void;
}

/** Takes a sheet: first what it would change, then the change. */
export function ImportDialog({ environment, table, onClose }: Props) {
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [endMissing, setEndMissing] = useState(false);
  const [replay, setReplay] = useState(true);
  const [shown, setShown] = useState<Imported | null>(null);
  const send = (dry_run: boolean) =>
    importSheet(environment, table, sheetOf(text), {
      dry_run,
      end_missing: endMissing,
      replay_missing: replay,
    });
  const compare = useMutation({ mutationFn: () => send(true), onSuccess: setShown });
  const apply = useMutation({
    mutationFn: () => send(false),
    onSuccess: async () => {
      await client.invalidateQueries();
      onClose();
    },
  });
  const give = (next: string) => {
    setText(next);
    setShown(null);
    compare.reset();
  };
  const sum = shown ? shown.added + shown.changed + shown.ended : 0;
  return (
    <Modal opened onClose={onClose} title={`Import into ${table}`} size="xl" centered>
      <Stack gap="sm">
        <Textarea
          label="Sheet"
          description="Paste cells of a spreadsheet, or CSV. The first line names the columns, as the export does; valid_from and valid_to may be among them."
          autosize
          minRows={4}
          maxRows={10}
          data-autofocus
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={text}
          onChange={(event) => give(event.currentTarget.value)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void event.dataTransfer.files[0]?.text().then(give);
          }}
        />
        <Group gap="xs" justify="space-between">
          <FileButton accept=".csv,text/csv" onChange={(file) => void file?.text().then(give)}>
            {(props) => (
              <Button variant="default" {...props}>
                Choose a CSV file
              </Button>
            )}
          </FileButton>
          <Group gap="lg">
            <Checkbox
              size="xs"
              label="End keys that the sheet does not have"
              checked={endMissing}
              onChange={(event) => {
                setEndMissing(event.currentTarget.checked);
                setShown(null);
              }}
            />
            <Checkbox
              size="xs"
              label="Retry dead letters that missed a row"
              checked={replay}
              onChange={(event) => setReplay(event.currentTarget.checked)}
            />
          </Group>
        </Group>
        {(compare.error ?? apply.error) && (
          <ErrorView error={compare.error ?? apply.error} inline />
        )}
        {shown && (
          <>
            <p style={{ margin: 0 }} role="status">
              <strong>
                {shown.added} added, {shown.changed} changed, {shown.ended} ended
              </strong>
              , {shown.unchanged} as they are.
              {sum > shown.changes.length && ` The first ${shown.changes.length} stand below.`}
            </p>
            {sum > 0 && (
              <RowList
                label="Changes"
                list={{ error: null, refetch: () => null }}
                rows={shown.changes}
                rowKey={(change) => `${keyText(change.key)} ${change.valid_from ?? ''}`}
                empty={null}
                columns={[
                  { id: 'change', title: 'Change', cell: (change) => change.change },
                  {
                    id: 'key',
                    title: 'Key',
                    cell: (change) => <span className="mono">{keyText(change.key)}</span>,
                  },
                  {
                    id: 'from',
                    title: 'Valid from',
                    cell: (change) => change.valid_from ?? 'always',
                  },
                  {
                    id: 'before',
                    title: 'Before',
                    from: 600,
                    cell: (change) => <del>{valueText(change.before)}</del>,
                  },
                  {
                    id: 'after',
                    title: 'After',
                    cell: (change) => <strong>{valueText(change.after)}</strong>,
                  },
                ]}
              />
            )}
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          {shown && sum > 0 ? (
            <Button loading={apply.isPending} onClick={() => apply.mutate()}>
              {`Apply ${sum} ${sum === 1 ? 'change' : 'changes'}`}
            </Button>
          ) : (
            <Button
              disabled={text.trim() === ''}
              loading={compare.isPending}
              onClick={() => compare.mutate()}
            >
              Compare
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
