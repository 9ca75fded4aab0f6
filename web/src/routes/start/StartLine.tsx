import { useSteps } from './useSteps';
import { Panel } from '@/components/Panel';
import { LinkButton } from '@/components/LinkButton';
import { Group } from '@mantine/core';

/** Leads to the first steps while some are open. */
export function StartLine() {
  const needed = useSteps()?.filter((step) => !step.optional);
  const next = needed?.find((step) => !step.done);
  if (!needed || !next) return null;
  return (
    <Panel>
      <Group justify="space-between">
        <span>
          <strong>First steps</strong>: {needed.filter((step) => step.done).length} of{' '}
          {needed.length} done. Next: {next.title.charAt(0).toLowerCase() + next.title.slice(1)}.
        </span>
        <LinkButton to="/start">Go on</LinkButton>
      </Group>
    </Panel>
  );
}
