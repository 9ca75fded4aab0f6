import { COMMANDS, said } from './commands';
import { Kbd, Modal, Table } from '@mantine/core';

const WALK: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'Go to the step above or below'],
  ['← →', 'Fold and unfold, go out and in'],
  ['Shift ↑ ↓', 'Choose several'],
  ['Home End', 'Go to the first or last'],
  ['Ctrl V', 'Paste steps, as YAML'],
];

/** What the keyboard does while the canvas has the focus. */
export function Keys({ onClose }: { onClose: () => void }) {
  const rows = [
    ...WALK,
    ...COMMANDS.flatMap(({ keys, label }) =>
      keys ? [[keys.map(said).join('   '), label] as const] : [],
    ),
  ];
  return (
    <Modal opened onClose={onClose} title="On the canvas">
      <Table verticalSpacing={3}>
        <Table.Tbody>
          {rows.map(([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={150}>
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
