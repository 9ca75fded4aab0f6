import { complete, type Suggested } from './complete';
import { FieldResult } from './FieldResult';
import { insert, wordBefore } from './sources';
import { DRAGGED, pathText, type StepView } from './view';
import { WayBar } from './WayBar';
import type { Path } from '../model/json';
import type { Field } from '../model/schema';
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
  wrong: ReactNode;
  /** The field of the schema, if the value is mapped to one. */
  target: Field | undefined;
  /** Binds a list of the sample to it, if it takes a list. */
  bind: ((list: string) => void) | undefined;
  onText: (text: string) => void;
  onLeave: () => void;
}

/** A field whose value is seen while it is typed, and that takes what the sample holds. */
export function Formula(props: Props) {
  const { view, field, value, wrong, target, bind, onText, onLeave } = props;
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
  const { sources, examples } = view;
  const found = complete({ sources, examples, functions: data?.functions ?? [] }, word, isFormula);
  const chosen = found[Math.min(active, found.length - 1)];
  const path = pathText(field);
  const isList = (source: string): boolean =>
    sources.some((one) => one.path === source && one.kind === 'list');
  const place = (text: string, at: number): void => {
    onText(text);
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at, at);
    });
  };
  const take = (one: Suggested): void => {
    setCursor(null);
    setActive(0);
    if (bind && from <= 1 && isList(one.text)) {
      bind(one.text);
      return;
    }
    const done = insert(value, one.text, from, cursor ?? value.length);
    place(done.text, done.cursor - one.back);
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === ' ') {
      event.preventDefault();
      view.pickFunction();
      return;
    }
    if (!chosen) return;
    const last = found.length - 1;
    const moves: Record<string, () => void> = {
      ArrowDown: () => setActive(Math.min(last, active + 1)),
      ArrowUp: () => setActive(Math.max(0, active - 1)),
      Enter: () => take(chosen),
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
      data-entry={field.join('.')}
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
        if (bind && isList(source)) {
          bind(source);
          return;
        }
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
        aria-activedescendant={chosen ? `${list}-${Math.min(active, found.length - 1)}` : undefined}
        onFocus={(event) => view.focus({ field, element: event.currentTarget, bind })}
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
              id={`${list}-${n}`}
              role="option"
              aria-selected={one === chosen}
              // Before the field loses the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              <span className="mono">{one.text}</span>
              <em>{one.back === 0 ? one.type : ''}</em>
              <span>{one.detail}</span>
              {one === chosen && one.example && (
                <span className={classes.example}>
                  <code>{one.type}</code>
                  <span className="mono">{one.example}</span>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {target && <WayBar field={field} target={target} text={value} onText={onText} />}
      <FieldResult field={field} text={value} />
    </div>
  );
}
