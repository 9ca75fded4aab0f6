import { ErrorView } from './ErrorView';
import { Button, Group, Modal, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface Props {
  title: string;
  /** What will be done, and what of it cannot be taken back. */
  children: ReactNode;
  /** Names the act and its sum: `Retry 14, EUR 8,310.00`. */
  act: string;
  danger?: boolean;
  /** Asks for a reason, which is kept. */
  reason?: string;
  /** What is shown says why it cannot be done. */
  blocked?: boolean;
  /** What must be typed before a risky act in a live environment. */
  typed?: string | undefined;
  size?: string;
  /** Resolves to `stay` where the dialog is not to be closed after it. */
  onAct: (reason: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks before an act. The button names the act; an error is told here, and nothing typed is lost. */
export function Confirm(props: Props) {
  const { title, children, act, danger, reason, typed, blocked, size = 'md' } = props;
  const { onAct, onClose } = props;
  const [why, setWhy] = useState('');
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ready = !blocked && (!reason || why.trim() !== '') && (!typed || name === typed);

  const perform = async () => {
    setBusy(true);
    setError(null);
    try {
      const done = await onAct(why.trim());
      if (done !== 'stay') onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title={title} size={size} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void perform();
        }}
      >
        {children}
        {reason && (
          <Textarea
            mt="sm"
            label={reason}
            withAsterisk
            autosize
            minRows={2}
            data-autofocus
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        )}
        {typed && (
          <TextInput
            mt="sm"
            label={`Type ${typed} to go on`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        {error !== null && <ErrorView error={error} inline />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={busy}
            disabled={!ready}
            {...(danger ? { color: 'red' } : {})}
          >
            {act}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
