import { calling, findFunctions, type Offered } from './functions';
import { useStepView } from './view';
import { catalog } from '@/api/designer';
import { Message } from '@/components/Message';
import { Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  onPick: (text: string, back: number) => void;
  onClose: () => void;
}

/** Functions by purpose, each with a sentence and an example, worked out on the sample where it can be. */
export function FunctionPicker({ onPick, onClose }: Props) {
  const view = useStepView();
  const [typed, setTyped] = useState('');
  const { data } = useQuery({ ...catalog, staleTime: Infinity });
  const found: Offered[] = findFunctions(data?.functions ?? [], typed);
  const sections = typed ? [] : [...new Set(found.map((one) => one.section))];
  const pick = (one: Offered): void => {
    const { text, back } = calling(one);
    onPick(text, back);
  };
  const list = (some: readonly Offered[]) => (
    <ul className={classes.functions}>
      {some.map((one) => {
        const worked = view?.examples.get(one.name);
        const shown = worked ?? one.examples[0];
        return (
          <li key={one.name}>
            <button type="button" data-function={one.name} onClick={() => pick(one)}>
              <code>{one.signature}</code>
              <Message text={one.doc} />
              {shown && (
                <span className="mono" data-worked={worked !== undefined || undefined}>
                  {shown.formula} → {shown.result}
                </span>
              )}
            </button>
          </li>
        );
      })}
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
          if (event.key === 'Enter' && found[0]) pick(found[0]);
        }}
      />
      {typed && found.length === 0 && (
        <p className={classes.quiet}>No function is like it. Search by what it is for.</p>
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
