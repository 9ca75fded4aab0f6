import { startWhatIf } from '@/api/whatIfs';
import { ErrorView } from '@/components/ErrorView';
import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

interface Props {
  flow: string;
  environment: string | undefined;
  what: number | 'draft';
  /** The text of the draft. */
  draft: string | undefined;
  onClose: () => void;
}

/** Plays the events of a time through another version, without any effect. */
export function StartWhatIf({ flow, environment, what, draft, onClose }: Props) {
  const navigate = useNavigate();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [lookups, setLookups] = useState('then');
  const start = useMutation({
    mutationFn: () =>
      startWhatIf({
        environment: environment ?? null,
        ...(what === 'draft' ? { document: draft ?? '' } : { flow, version: what }),
        ...(from ? { from } : {}),
        ...(to ? { to } : {}),
        lookups,
      }),
    onSuccess: ({ id }) => void navigate({ to: '/flows/$flow/what-if/$id', params: { flow, id } }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={what === 'draft' ? 'What if the draft had run' : `What if version ${what} had run`}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start.mutate();
        }}
      >
        <Stack gap="sm">
          Past events go through it once more. Nothing is sent and nothing is booked.
          <Group grow>
            <TextInput
              label="Events from"
              description="30 days back if empty"
              type="date"
              value={from}
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
            <TextInput
              label="To"
              description="Now if empty"
              type="date"
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          </Group>
          <SegmentedControl
            aria-label="Lookup tables"
            value={lookups}
            onChange={setLookups}
            data={[
              { value: 'then', label: 'Lookups as they were then' },
              { value: 'now', label: 'As they are now' },
            ]}
          />
          {start.error && <ErrorView error={start.error} inline />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={start.isPending}>
              Start
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
