import { FieldProblems } from './FieldProblems';
import type { Fields } from './useStep';
import { Formula } from '../step/Formula';
import { useStepView } from '../step/view';
import { type Json, type Path } from '../model/json';
import { type Field, shown } from '../model/schema';
import { useEditor } from '../store/context';
import { Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './settings.module.css';

interface Props {
  fields: Fields;
  field: Path;
  label: ReactNode;
  help?: ReactNode;
  placeholder?: string | undefined;
  required?: boolean;
  /** Formulas and ids are set in a fixed width. */
  mono?: boolean;
  /** What a typed text means; a text if absent. */
  meant?: (text: string) => Json;
  lines?: number;
  /** The field of the schema, if it is one that values are mapped to. */
  target?: Field;
  /** Binds a list of the sample to it, if it takes a list. */
  bind?: ((list: string) => void) | undefined;
}

/** One value of a step as it is written: a text, a number or a formula. Leaving it empty removes it. */
export function Entry({
  fields,
  field,
  label,
  help,
  placeholder,
  required,
  mono,
  meant,
  lines,
  target,
  bind,
}: Props) {
  const editor = useEditor();
  const value = shown(fields.read(field)) ?? '';
  const wrong = fields.wrong(field) !== undefined && (
    <FieldProblems fields={fields} field={field} />
  );
  const view = useStepView();
  const write = (text: string): void =>
    fields.write(field, text === '' ? undefined : meant ? meant(text) : text);
  const look = mono || value.startsWith('=') ? (classes.formula ?? '') : '';
  if (view) {
    return (
      <Formula
        view={view}
        field={field}
        label={label}
        help={help}
        placeholder={placeholder ?? ''}
        required={required ?? false}
        minRows={lines ?? 1}
        className={`${classes.input} ${look}`}
        value={value}
        wrong={wrong}
        target={target}
        bind={bind}
        onText={write}
        onLeave={editor.seal}
      />
    );
  }
  return (
    <Textarea
      label={label}
      description={help}
      placeholder={placeholder ?? ''}
      withAsterisk={required ?? false}
      rows={rowsOf(value, lines ?? 1)}
      spellCheck={false}
      error={wrong}
      data-field={field.join('.')}
      classNames={{ input: `${classes.input} ${look}` }}
      value={value}
      onChange={(event) => write(event.currentTarget.value)}
      onBlur={editor.seal}
    />
  );
}

/** About so many characters stand in a line. */
const LINE_CHARS = 42;
const MOST_ROWS = 10;

/** Counted, not measured: measuring every field would block the page when a step is chosen. */
function rowsOf(text: string, least: number): number {
  const rows = text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_CHARS)), 0);
  return Math.min(MOST_ROWS, Math.max(least, rows));
}
