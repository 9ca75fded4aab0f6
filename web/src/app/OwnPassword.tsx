import { type Account, changeAccount } from '@/api/access';
import { ErrorView } from '@/components/ErrorView';
import { NewPassword } from '@/components/NewPassword';
import { Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** Changes one's own password. Every session of the account ends with it. */
export function OwnPassword({ account, onClose }: { account: Account; onClose: () => void }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => changeAccount(account, { current_password: current, password: next }),
    onSuccess: () => window.location.assign('/'),
  });
  return (
    <Modal opened onClose={onClose} title="Change password" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack gap="sm">
          You are signed out everywhere then, and sign in with the new one.
          <input type="text" autoComplete="username" value={account.email} readOnly hidden />
          <PasswordInput
            label="Present password"
            required
            data-autofocus
            size="xs"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <NewPassword label="New password" value={next} onChange={setNext} />
          {change.error && <ErrorView error={change.error} inline />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
