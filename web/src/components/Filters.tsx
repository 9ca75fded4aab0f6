import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import classes from './Filters.module.css';

/** A row of filters above a list. */
export function Filters({ children }: { children: ReactNode }) {
  return (
    <div className={classes.filters} role="search">
      {children}
    </div>
  );
}

interface SearchProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  width?: number;
}

/** A text filter: it is told once typing pauses. */
export function SearchField({ label, value, onChange, width = 230 }: SearchProps) {
  const [text, setText] = useState(value ?? '');
  const [told, setTold] = useState(value);
  // The address is the truth: going back, or clearing the filters, changes the field.
  if (told !== value) {
    setTold(value);
    setText(value ?? '');
  }
  const tell = useDebouncedCallback((next: string) => {
    const given = next.trim() || undefined;
    setTold(given);
    onChange(given);
  }, 250);
  const change = (next: string) => {
    setText(next);
    tell(next);
  };
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      leftSection={<Search size={13} aria-hidden />}
      rightSection={
        text && <CloseButton size="xs" aria-label={`Clear ${label}`} onClick={() => change('')} />
      }
      value={text}
      w={width}
      maw="100%"
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
