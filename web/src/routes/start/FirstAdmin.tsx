import { makeFirstAdmin } from '@/api/session';
import { ErrorView } from '@/components/ErrorView';
import { NewPassword } from '@/components/NewPassword';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './Start.module.css';

/** Makes the first account, on the server's own machine, and signs in with it. */
export function FirstAdmin() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const make = useMutation({
    mutationFn: () => makeFirstAdmin({ name, email, password }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <TextInput
        label="Name"
        required
        autoComplete="name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="E-mail"
        type="email"
        required
        autoComplete="username"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NewPassword value={password} onChange={setPassword} />
      {make.error && <ErrorView error={make.error} inline />}
      <Button type="submit" size="compact-xs" variant="default" loading={make.isPending}>
        Make the account
      </Button>
    </form>
  );
}
