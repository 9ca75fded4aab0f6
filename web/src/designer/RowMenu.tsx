import { useActs } from './canvas/acts';
import { COMMANDS, said } from './commands';
import { useEditor } from './store/context';
import { Menu } from '@mantine/core';

interface Props {
  at: { x: number; y: number };
  onClose: () => void;
}

const GROUPS = ['step', 'move', 'copy', 'block', 'end'] as const;

/** What can be done with the steps that are chosen, without dragging and without keys. */
export function RowMenu({ at, onClose }: Props) {
  const editor = useEditor();
  const acts = useActs();
  const fitting = COMMANDS.filter(({ menu, fits }) => menu && (!fits || fits(editor)));
  return (
    <Menu opened onClose={onClose} position="bottom-start" width={240} shadow="md">
      <Menu.Target>
        <button
          type="button"
          tabIndex={-1}
          aria-label="What can be done with the steps"
          style={{
            position: 'fixed',
            left: at.x,
            top: at.y,
            width: 0,
            height: 0,
            opacity: 0,
            padding: 0,
          }}
        />
      </Menu.Target>
      <Menu.Dropdown>
        {GROUPS.map((group, n) => {
          const commands = fitting.filter(({ menu }) => menu === group);
          return (
            <div key={group} role="none">
              {n > 0 && commands.length > 0 && <Menu.Divider />}
              {commands.map((command) => (
                <Menu.Item
                  key={command.id}
                  rightSection={command.keys?.[0] && <small>{said(command.keys[0])}</small>}
                  {...(group === 'end' ? { c: 'var(--bad)' } : {})}
                  onClick={() => {
                    acts.canvas();
                    command.perform({ editor, acts });
                  }}
                >
                  {command.label}
                </Menu.Item>
              ))}
            </div>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
