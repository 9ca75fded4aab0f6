import { Select } from '@mantine/core';

const AGES = [
  { value: 'fresh', label: 'Up to 1 day old' },
  { value: 'week', label: '2 to 7 days old' },
  { value: 'older', label: 'Older than 7 days' },
];

interface Props {
  value: string | undefined;
  onChange: (age: string | undefined) => void;
}

/** The ages in which what needs a person is counted. */
export function AgeFilter({ value, onChange }: Props) {
  return (
    <Select
      aria-label="Age"
      placeholder="Any age"
      data={AGES}
      value={value ?? null}
      onChange={(age) => onChange(age ?? undefined)}
      clearable
      w={170}
    />
  );
}
