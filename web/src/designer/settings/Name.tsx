import { type Outcome, isRefused } from '../model/edit';
import { useEditor } from '../store/context';
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import classes from './settings.module.css';

interface Props {
  label: string;
  value: string;
  field: string;
  help?: string;
  onName: (to: string) => Outcome;
}

/** A name that others follow: it is changed when the field is left, in one step of undo. */
export function Name({ label, value, field, help, onName }: Props) {
  const editor = useEditor();
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const take = (): void => {
    if (typed === null || typed === value) {
      setTyped(null);
      return;
    }
    const outcome = onName(typed);
    if (isRefused(outcome)) {
      setRefused(outcome.refused);
      return;
    }
    setTyped(null);
    setRefused(null);
    editor.apply(outcome, true);
  };
  return (
    <TextInput
      label={label}
      description={help}
      data-field={field}
      spellCheck={false}
      classNames={{ input: classes.formula }}
      value={typed ?? value}
      error={refused}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setRefused(null);
      }}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
        if (event.key === 'Escape') {
          setTyped(null);
          setRefused(null);
        }
      }}
    />
  );
}
