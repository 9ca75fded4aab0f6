import { EditResend } from './EditResend';
import { ReplayDialog } from './ReplayDialog';
import { discardLetter, replayLetter, type Letter } from '@/api/deadLetters';
import { Confirm } from '@/components/Confirm';
import { amountText } from '@/lib/money';
import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** What a person does about one dead letter. */
export function LetterActs({ letter }: { letter: Letter }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<'replay' | 'edit' | 'discard' | null>(null);
  const close = () => setOpen(null);
  const sum =
    letter.amount_minor != null && letter.currency
      ? `, ${amountText(letter.amount_minor, letter.currency)}`
      : '';
  return (
    <>
      <Group gap="xs">
        <Button
          {...(letter.missing_row ? { variant: 'default' } : {})}
          onClick={() => setOpen('replay')}
        >
          Retry
        </Button>
        <Button variant="default" onClick={() => setOpen('edit')}>
          Edit and resend
        </Button>
        <Button variant="default" onClick={() => setOpen('discard')}>
          Discard
        </Button>
      </Group>
      {open === 'replay' && (
        <ReplayDialog
          title="Retry this run"
          act={`Retry 1${sum}`}
          run={letter.run}
          onReplay={async (how) => {
            await replayLetter(letter.run, how);
            await client.invalidateQueries();
          }}
          onClose={close}
        />
      )}
      {open === 'edit' && <EditResend letter={letter} onClose={close} />}
      {open === 'discard' && (
        <Confirm
          title="Discard this dead letter"
          act={`Discard 1${sum}`}
          danger
          reason="Why nothing more is to be done"
          onAct={async (reason) => {
            await discardLetter(letter.run, reason);
            await client.invalidateQueries();
          }}
          onClose={close}
        >
          Nothing is deleted: the run, its event and your reason are kept, and it can still be
          retried later.
        </Confirm>
      )}
    </>
  );
}
