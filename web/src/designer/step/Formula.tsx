import { findFunctions, type Offered } from './functions';
import { FieldResult } from './FieldResult';
import { insert, inShort, suggest, wordBefore } from './sources';
import { DRAGGED, pathText, type StepView } from './view';
import type { Path } from '../model/json';
import { catalog } from '@/api/designer';
import { Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import classes from './step.module.css';

interface Props {
  view: StepView;
  field: Path;
  label: ReactNode;
  help?: ReactNode;
  placeholder: string;
  required: boolean;
  minRows: number;
  className: string;
  value: string;
  wrong: string | undefined;
  onText: (text: string) => void;
  onLeave: () => void;
}

interface Suggested {
  text: string;
  detail: string;
  /** How many characters before its end the cursor goes. */
  back: number;
}

/** A field whose value is seen while it is typed, and that takes what the sample holds. */
export function Formula(props: Props) {
  const { view, field, value, wrong, onText, onLeave } = props;
  const input = useRef<HTMLTextAreaElement>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const [over, setOver] = useState(false);
  const { data } = useQuery({ ...catalog, staleTime: Infinity });
  const isFormula = value.startsWith('=') && !value.startsWith('==');
  const { word, from } =
    cursor === null
      ? { word: '', from: 0 }
      : isFormula
        ? wordBefore(value, cursor)
        : { word: value, from: 0 };
  const found = word === '' ? [] : offers(view, word, isFormula, data?.functions ?? []);
  const path = pathText(field);
  const place = (text: string, at: number): void => {
    onText(text);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };
  const take = (one: Suggested): void => {
    const done = insert(value, one.text, from, cursor ?? value.length);
    place(done.text, done.cursor - one.back);
    setCursor(null);
    setActive(0);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === ' ') {
      event.preventDefault();
      view.pickFunction();
      return;
    }
    if (found.length === 0) return;
    const last = found.length - 1;
    const chosen = found[Math.min(active, last)];
    const moves: Record<string, () => void> = {
      ArrowDown: () => setActive(Math.min(last, active + 1)),
      ArrowUp: () => setActive(Math.max(0, active - 1)),
      Enter: () => chosen && take(chosen),
      Escape: () => setCursor(null),
    };
    const move = moves[event.key];
    if (!move || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  };
  const list = `found-${path}`;
  return (
    <div
      className={classes.field}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        const source = event.dataTransfer.getData(DRAGGED);
        setOver(false);
        if (!source) return;
        event.preventDefault();
        const at = isFormula ? (input.current?.selectionEnd ?? value.length) : 0;
        const done = insert(value, source, at, at);
        place(done.text, done.cursor);
      }}
    >
      <Textarea
        ref={input}
        label={props.label}
        description={props.help}
        placeholder={props.placeholder}
        withAsterisk={props.required}
        autosize
        minRows={props.minRows}
        maxRows={10}
        spellCheck={false}
        autoComplete="off"
        error={wrong}
        data-field={field.join('.')}
        classNames={{ input: props.className }}
        value={value}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        onFocus={(event) => view.focus(field, event.currentTarget)}
        onChange={(event) => {
          onText(event.currentTarget.value);
          setCursor(event.currentTarget.selectionStart);
          setActive(0);
        }}
        onKeyDown={onKey}
        onBlur={() => {
          setCursor(null);
          onLeave();
        }}
      />
      {found.length > 0 && (
        <ul id={list} className={classes.found} role="listbox" aria-label="What it may be">
          {found.map((one, n) => (
            <li
              key={one.text}
              role="option"
              aria-selected={n === active}
              // Before the field loses the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <span className="mono">{one.text}</span>
              <span>{one.detail}</span>
            </li>
          ))}
        </ul>
      )}
      <FieldResult field={field} isFormula={isFormula} />
    </div>
  );
}

function offers(
  view: StepView,
  word: string,
  isFormula: boolean,
  functions: readonly object[],
): Suggested[] {
  const sources = suggest(view.sources, word, 6).filter((one) => one.path !== word);
  const own = sources.map((one): Suggested => ({
    text: one.path,
    detail: one.folds ? inShort(one.shown) : one.shown,
    back: 0,
  }));
  if (!isFormula || word.includes('.')) return own;
  const named = findFunctions(functions as readonly Offered[], word)
    .filter((one) => one.name !== word)
    .slice(0, 4);
  return [...own, ...named.map((one) => ({ text: `${one.name}()`, detail: one.doc, back: 1 }))];
}
