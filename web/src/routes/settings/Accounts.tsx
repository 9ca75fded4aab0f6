import { ROLES, accounts, changeAccount, makeAccount } from '@/api/access';
import { session } from '@/api/session';
import { ErrorView } from '@/components/ErrorView';
import { LinkButton } from '@/components/LinkButton';
import { NewPassword } from '@/components/NewPassword';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** Who may sign in, and as what. */
export function Accounts() {
  const client = useQueryClient();
  const list = useQuery(accounts);
  const isFirst = useQuery(session).data?.first_run ?? false;
  const [adding, setAdding] = useState(false);
  const change = useMutation({
    mutationFn: (given: Parameters<typeof changeAccount>) => changeAccount(...given),
    onSettled: () => client.invalidateQueries({ queryKey: accounts.queryKey }),
  });
  return (
    <Panel
      title="Accounts"
      aside={
        isFirst ? (
          <LinkButton to="/start" size="compact-xs" variant="default">
            Make the first administrator
          </LinkButton>
        ) : (
          <Button size="compact-xs" variant="default" onClick={() => setAdding(true)}>
            Add account
          </Button>
        )
      }
      flush={(list.data?.data.length ?? 0) > 0}
    >
      {change.error && <ErrorView error={change.error} inline />}
      <RowList
        label="Accounts"
        list={list}
        rows={list.data?.data}
        rowKey={(one) => one.id}
        empty="None: everybody on this machine may do everything. The first account ends that."
        columns={[
          { id: 'name', title: 'Name', cell: (one) => <strong>{one.name}</strong> },
          { id: 'email', title: 'E-mail', from: 768, cell: (one) => one.email },
          {
            id: 'role',
            title: 'Role',
            cell: (one) => (
              <Select
                aria-label={`Role of ${one.name}`}
                w={110}
                allowDeselect={false}
                data={ROLES}
                value={one.role}
                onChange={(role) => role && change.mutate([one, { role }])}
              />
            ),
          },
          {
            id: 'state',
            title: 'State',
            from: 600,
            cell: (one) =>
              one.disabled ? (
                <State state="cancelled" word="Disabled" />
              ) : (
                <State state="ok" word="May sign in" />
              ),
          },
          {
            id: 'changed',
            title: 'Changed',
            from: 900,
            cell: (one) => (
              <>
                {one.changed_by}, <Time at={one.changed_at} />
              </>
            ),
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (one) => (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => change.mutate([one, { disabled: !one.disabled }])}
              >
                {one.disabled ? 'Enable' : 'Disable'}
              </Button>
            ),
          },
        ]}
      />
      {adding && <AddAccount onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function AddAccount({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState('viewer');
  const make = useMutation({
    mutationFn: () => makeAccount({ name, email, password, role }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Add an account" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="E-mail"
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NewPassword value={password} onChange={setPassword} />
          <Select
            label="Role"
            data={ROLES}
            allowDeselect={false}
            value={role}
            onChange={(given) => setRole(given ?? 'viewer')}
          />
          {make.error && <ErrorView error={make.error} inline />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Make account
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
