import { SCREENS, SHORTCUTS } from './navigation';
import { Kbd, Modal, Table } from '@mantine/core';

/** What the keyboard does. */
export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const rows = [
    ...SHORTCUTS,
    ...SCREENS.map(({ key, title }) => [`g ${key}`, `Go to ${title}`] as const),
  ];
  return (
    <Modal opened={opened} onClose={onClose} title="Shortcuts">
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {rows.map(([keys, does]) => (
            <Table.Tr key={keys}>
              <Table.Td w={140}>
                <Kbd>{keys}</Kbd>
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
