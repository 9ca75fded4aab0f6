import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { Ellipsis } from 'lucide-react';

interface Props {
  edited: boolean;
  busy: boolean;
  onSave: () => void;
  onDrop: () => void;
  onEdit: () => void;
  onHistory: () => void;
  onEnd: () => void;
}

/** What can be done about a row of a grid. */
export function RowActs({ edited, busy, onSave, onDrop, onEdit, onHistory, onEnd }: Props) {
  if (edited) {
    return (
      <Group gap={4} wrap="nowrap" justify="flex-end">
        <Button size="compact-xs" loading={busy} onClick={onSave}>
          Save
        </Button>
        <Button size="compact-xs" variant="default" onClick={onDrop}>
          Cancel
        </Button>
      </Group>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Acts on this row">
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>Edit</Menu.Item>
        <Menu.Item onClick={onHistory}>History</Menu.Item>
        <Menu.Item color="red" onClick={onEnd}>
          End
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
