import { needed, useStart } from './useStart';
import { Panel } from '@/components/Panel';
import { LinkButton } from '@/components/LinkButton';
import { Group } from '@mantine/core';

/** Leads to the first steps while some are open. */
export function StartLine() {
  const start = useStart();
  const steps = start ? needed(start) : [];
  const next = steps.find((step) => !step.done);
  if (!next) return null;
  return (
    <Panel>
      <Group justify="space-between">
        <span>
          <strong>First steps</strong>: {steps.filter((step) => step.done).length} of {steps.length}{' '}
          done. Next: {next.title.charAt(0).toLowerCase() + next.title.slice(1)}.
        </span>
        <LinkButton to="/start">Go on</LinkButton>
      </Group>
    </Panel>
  );
}
