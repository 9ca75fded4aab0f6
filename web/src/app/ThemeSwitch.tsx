import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { Monitor, Moon, Sun } from 'lucide-react';

const CHOICES = [
  { scheme: 'light', title: 'Light', icon: Sun },
  { scheme: 'dark', title: 'Dark', icon: Moon },
  { scheme: 'auto', title: 'As the system', icon: Monitor },
] as const;

/** Light, dark, or as the system has it. */
export function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = CHOICES.find(({ scheme }) => scheme === colorScheme)?.icon ?? Monitor;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Colours">
          <Icon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(({ scheme, title, icon: ChoiceIcon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<ChoiceIcon size={14} />}
            onClick={() => setColorScheme(scheme)}
            {...(scheme === colorScheme ? { 'aria-current': true } : {})}
          >
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
