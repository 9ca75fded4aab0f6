import { verifyAudit } from '@/api/access';
import { Code } from '@/components/Code';
import { ErrorView } from '@/components/ErrorView';
import { State } from '@/components/State';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** Computes the chain of the audit anew and says whether it is whole. */
export function Verify({ onClose }: { onClose: () => void }) {
  const [kept, setKept] = useState('');
  const check = useMutation({ mutationFn: () => verifyAudit(kept.trim()) });
  const found = check.data;
  return (
    <Modal opened onClose={onClose} title="Verify the chain" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          check.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="A head that was kept elsewhere"
            description="As an earlier check gave it; without one only the chain itself is checked."
            value={kept}
            onChange={(event) => setKept(event.currentTarget.value)}
          />
          {check.error && <ErrorView error={check.error} inline />}
          {found && (
            <div role="status">
              <State
                state={found.ok ? 'ok' : 'failed'}
                word={
                  found.ok
                    ? `Whole: ${found.checked} rows are as they were written`
                    : `Broken at row ${found.first_broken?.id ?? 'unknown'}: ${found.first_broken?.reason ?? ''}`
                }
              />
              {found.ok && (
                <>
                  <p>
                    Keep this head elsewhere; it proves later that nothing up to it was altered.
                  </p>
                  <Code text={found.head} />
                </>
              )}
            </div>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={check.isPending}>
              Verify
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
