import { findFunctions, type Offered } from './functions';
import { catalog } from '@/api/designer';
import { Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  onPick: (name: string) => void;
  onClose: () => void;
}

/** Functions by purpose, each with a sentence and an example that was worked out. */
export function FunctionPicker({ onPick, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const { data } = useQuery({ ...catalog, staleTime: Infinity });
  const found: Offered[] = findFunctions(data?.functions ?? [], typed);
  const sections = typed ? [] : [...new Set(found.map((one) => one.section))];
  const list = (some: readonly Offered[]) => (
    <ul className={classes.functions}>
      {some.map((one) => (
        <li key={one.name}>
          <button type="button" onClick={() => onPick(one.name)}>
            <code>{one.signature}</code>
            <span>{one.doc}</span>
            {one.examples[0] && (
              <span className="mono">
                {one.examples[0].formula} → {one.examples[0].result}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <Modal opened onClose={onClose} title="Functions" size="lg">
      <TextInput
        data-autofocus
        placeholder="What it is for, or the name that a spreadsheet has for it"
        aria-label="Find a function"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && found[0]) onPick(found[0].name);
        }}
      />
      {typed && found.length === 0 && (
        <p className={classes.quiet}>No function is like it. A condition is `a ? b : c`.</p>
      )}
      {typed && list(found.slice(0, 60))}
      {sections.map((section) => (
        <section key={section}>
          <h3 className={classes.section}>{section}</h3>
          {list(found.filter((one) => one.section === section))}
        </section>
      ))}
    </Modal>
  );
}
