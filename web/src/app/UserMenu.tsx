import { session, signOut } from '@/api/session';
import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleUser, LogOut } from 'lucide-react';

/** Who is signed in, and signing out. Nothing while the server is open. */
export function UserMenu() {
  const { data } = useQuery(session);
  const client = useQueryClient();
  const leave = useMutation({ mutationFn: signOut, onSuccess: () => client.resetQueries() });
  if (!data?.account) return null;
  const { name, email, role } = data.account;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Account of ${name}`}>
          <CircleUser size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name} ({role})<br />
          {email}
        </Menu.Label>
        <Menu.Item leftSection={<LogOut size={14} />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
