import { useEnvironment } from './useEnvironment';
import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Check, ChevronDown } from 'lucide-react';
import classes from './EnvironmentSwitch.module.css';

/** How an environment looks: live ones are solid and red, tests differ by pattern and colour. */
function look(kind: string | undefined, place: number) {
  return kind === 'live' ? 'live' : `test-${place % 3}`;
}

/** Names the environment that is looked at, and changes it. The address keeps it. */
export function EnvironmentSwitch() {
  const { current, all } = useEnvironment();
  const navigate = useNavigate();
  if (!current) return null;
  const mark = (name: string, kind?: string) => (
    <span
      className={classes.mark}
      data-look={look(
        kind,
        all.findIndex((e) => e.name === name),
      )}
      aria-hidden
    />
  );
  return (
    <Menu position="bottom-start" shadow="md" width={220}>
      <Menu.Target>
        <UnstyledButton
          className={classes.switch}
          aria-label={`Environment ${current.name} ${current.kind}, change`}
        >
          {mark(current.name, current.kind)}
          <span className={classes.name}>{current.name}</span>{' '}
          <span className={classes.kind}>{current.kind}</span>
          <ChevronDown size={13} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Environment</Menu.Label>
        {all.map(({ name, kind }) => (
          <Menu.Item
            key={name}
            leftSection={mark(name, kind)}
            rightSection={name === current.name ? <Check size={13} aria-label="chosen" /> : kind}
            onClick={() => void navigate({ to: '.', search: (was) => ({ ...was, env: name }) })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A band along the top of every page, so that nobody mistakes live for a test. */
export function EnvironmentBand() {
  const { current, all } = useEnvironment();
  if (!current) return <div className={classes.band} />;
  return (
    <div className={classes.band} data-look={look(current.kind, all.indexOf(current))}>
      {current.kind === 'live' && <span>Live environment: {current.name}</span>}
    </div>
  );
}
