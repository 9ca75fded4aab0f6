import type { Waiting } from '@/api/versions';
import { Radio, Stack } from '@mantine/core';

const CHOICES: readonly (readonly [Waiting, string, string])[] = [
  ['finish', 'Finish', 'They end on the version they began with.'],
  ['move', 'Move', 'Those that can are taken over to the new version; the others finish.'],
  ['cancel', 'Cancel', 'They end here. What they have done stays done.'],
];

interface Props {
  value: Waiting;
  onChange: (value: Waiting) => void;
  /** What is known about them. */
  about?: string;
}

/** What becomes of runs that wait on the version that was in force. */
export function DeployWaiting({ value, onChange, about }: Props) {
  return (
    <Radio.Group
      mt="sm"
      label="Runs that wait"
      description={about}
      value={value}
      onChange={(given) => onChange(given)}
    >
      <Stack gap={6} mt={6}>
        {CHOICES.map(([choice, label, description]) => (
          <Radio key={choice} size="xs" value={choice} label={label} description={description} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
