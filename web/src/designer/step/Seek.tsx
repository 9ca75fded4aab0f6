import type { Only } from './view';
import { TextInput } from '@mantine/core';
import classes from './step.module.css';

interface Props {
  only: Only;
  query: string;
  onOnly: (only: Only) => void;
  onQuery: (query: string) => void;
}

const ALL: readonly Only[] = ['all', 'mapped', 'unmapped', 'broken'];

/** Which fields of the form are shown. */
export function Seek({ only, query, onOnly, onQuery }: Props) {
  return (
    <div className={classes.seek}>
      <TextInput
        size="xs"
        placeholder="Find a field by name, help or formula"
        aria-label="Find a field"
        value={query}
        onChange={(event) => onQuery(event.currentTarget.value)}
      />
      <div className={classes.only} role="group" aria-label="Which fields are shown">
        {ALL.map((one) => (
          <button key={one} type="button" aria-pressed={only === one} onClick={() => onOnly(one)}>
            {one}
          </button>
        ))}
      </div>
    </div>
  );
}
