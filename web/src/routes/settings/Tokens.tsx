import { ROLES, type Token, makeToken, revokeToken, tokens } from '@/api/access';
import { session } from '@/api/session';
import { Code } from '@/components/Code';
import { Confirm } from '@/components/Confirm';
import { ErrorView } from '@/components/ErrorView';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** Personal API tokens. */
export function Tokens() {
  const client = useQueryClient();
  const list = useQuery(tokens);
  const mayMake = useQuery(session).data?.account != null;
  const [adding, setAdding] = useState(false);
  const [revoked, setRevoked] = useState<Token | null>(null);
  return (
    <Panel
      title="API tokens"
      aside={
        mayMake && (
          <Button size="compact-xs" variant="default" onClick={() => setAdding(true)}>
            Make token
          </Button>
        )
      }
      flush={(list.data?.data.length ?? 0) > 0}
    >
      <RowList
        label="API tokens"
        list={list}
        rows={list.data?.data}
        rowKey={(one) => one.id}
        empty="None. A token lets a program act for an account, with its role or a lesser one."
        columns={[
          { id: 'name', title: 'For', cell: (one) => <strong>{one.name}</strong> },
          { id: 'account', title: 'Account', from: 600, cell: (one) => one.account_name },
          { id: 'role', title: 'Role', cell: (one) => one.role },
          { id: 'made', title: 'Made', from: 768, cell: (one) => <Time at={one.created_at} /> },
          {
            id: 'expires',
            title: 'Ends',
            from: 600,
            cell: (one) => (one.expires_at ? <Time at={one.expires_at} /> : 'never'),
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (one) =>
              one.revoked_at ? (
                'revoked'
              ) : (
                <Button size="compact-xs" variant="default" onClick={() => setRevoked(one)}>
                  Revoke
                </Button>
              ),
          },
        ]}
      />
      {adding && <AddToken onClose={() => setAdding(false)} />}
      {revoked && (
        <Confirm
          title={`Revoke ${revoked.name}`}
          act="Revoke it"
          danger
          onAct={async () => {
            await revokeToken(revoked.id);
            await client.invalidateQueries({ queryKey: tokens.queryKey });
          }}
          onClose={() => setRevoked(null)}
        >
          Programs that use it are refused from now on. This cannot be taken back.
        </Confirm>
      )}
    </Panel>
  );
}

function AddToken({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<string | null>(null);
  const [days, setDays] = useState('90');
  const make = useMutation({
    mutationFn: () =>
      makeToken({
        name,
        ...(role ? { role } : {}),
        ...(/^\d+$/.test(days) ? { expires_in_days: Number(days) } : {}),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: tokens.queryKey }),
  });
  return (
    <Modal opened onClose={onClose} title="Make a token" centered>
      {make.data ? (
        <Stack gap="sm">
          Copy it now: it is not shown again.
          <Code text={make.data.token} />
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            make.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="What it is for"
              required
              data-autofocus
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Select
              label="Role"
              description="Your own if it is empty."
              data={ROLES}
              clearable
              value={role}
              onChange={setRole}
            />
            <TextInput
              label="Ends after days"
              description="Never if it is empty."
              inputMode="numeric"
              value={days}
              onChange={(event) => setDays(event.currentTarget.value)}
            />
            {make.error && <ErrorView error={make.error} inline />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={make.isPending}>
                Make token
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
