import { makeFirstAdmin, session, signIn } from '@/api/session';
import { ErrorView } from '@/components/ErrorView';
import { NewPassword } from '@/components/NewPassword';
import { Button, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './SignIn.module.css';

/** The page of a server that does not know who is there; on a fresh one, for its first administrator. */
export function SignIn({ firstRun }: { firstRun: boolean }) {
  return (
    <main className={classes.page}>
      <div className={classes.form}>
        <h1>{firstRun ? 'Make the first administrator' : 'Sign in to Towpath'}</h1>
        {firstRun && <p>Nobody has an account on this server yet. The first one administers it.</p>}
        <SignInForm firstRun={firstRun} />
      </div>
    </main>
  );
}

/** Over a page whose session has ended: nothing on it is lost. */
export function SignInAgain() {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title="Sign in again" centered>
      <p>The session is over. What stands on the page behind is kept.</p>
      <SignInForm firstRun={false} />
    </Modal>
  );
}

function SignInForm({ firstRun }: { firstRun: boolean }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const enter = useMutation({
    mutationFn: async () => {
      if (firstRun) {
        await makeFirstAdmin({ name, email, password, ...(code ? { setup_code: code } : {}) });
      } else {
        await signIn({ email, password });
      }
      await client.invalidateQueries({ queryKey: session.queryKey });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate();
      }}
    >
      <Stack gap="sm">
        {firstRun && (
          <TextInput
            label="Name"
            autoComplete="name"
            required
            size="sm"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          size="sm"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {firstRun ? (
          <NewPassword size="sm" value={password} onChange={setPassword} />
        ) : (
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            size="sm"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        {firstRun && (
          <TextInput
            label="Setup code"
            description="Printed when the server started; not needed on the server's own machine."
            autoComplete="one-time-code"
            size="sm"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        {enter.error && <ErrorView error={enter.error} inline />}
        <Button type="submit" size="sm" loading={enter.isPending}>
          {firstRun ? 'Make account' : 'Sign in'}
        </Button>
      </Stack>
    </form>
  );
}
