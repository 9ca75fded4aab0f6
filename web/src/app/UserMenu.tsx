import { OwnPassword } from './OwnPassword';
import { session, signOut } from '@/api/session';
import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleUser, KeyRound, LogOut } from 'lucide-react';
import { useState } from 'react';

/** Who is signed in, and signing out. Nothing while the server is open. */
export function UserMenu() {
  const { data } = useQuery(session);
  const leave = useMutation({
    mutationFn: signOut,
    // Nothing of who was here stays in the page.
    onSuccess: () => window.location.assign('/'),
  });
  const [asked, setAsked] = useState(false);
  if (!data?.account) return null;
  const { name, email, role } = data.account;
  return (
    <>
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
          <Menu.Item leftSection={<KeyRound size={14} />} onClick={() => setAsked(true)}>
            Change password
          </Menu.Item>
          <Menu.Item leftSection={<LogOut size={14} />} onClick={() => leave.mutate()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked && <OwnPassword account={data.account} onClose={() => setAsked(false)} />}
    </>
  );
}
