import { pathText, useStepView } from './view';
import {
  choicesOf,
  type Missing,
  toWay,
  typedDefault,
  type WayKind,
  wayOf,
  withMissing,
  writtenDefault,
} from './way';
import type { Json, Path } from '../model/json';
import type { Field } from '../model/schema';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  field: Path;
  target: Field;
  text: string;
  onText: (text: string) => void;
}

const KINDS: readonly (readonly [WayKind, string])[] = [
  ['empty', 'not mapped'],
  ['source', 'source'],
  ['constant', 'constant'],
  ['lookup', 'lookup'],
  ['formula', 'formula'],
];

const WORDS: Record<Missing, string> = {
  error: 'is an error',
  skip: 'leaves it out',
  default: 'takes a default',
};

/** How the field gets its value, and what happens where nothing is there: as it is written, changeable. */
export function WayBar({ field, target, text, onText }: Props) {
  const view = useStepView();
  const way = wayOf(text);
  // What was chosen is shown while nothing is written yet that would say it.
  const [meant, setMeant] = useState<WayKind | null>(null);
  const kind = text === '' || text === '=' ? (meant ?? way.kind) : way.kind;
  const choices = choicesOf(way, target.required);
  const name = target.name || String(field[field.length - 1]);
  const found = view?.results.get(pathText(field))?.value as Json | undefined;
  const set = (missing: Missing): void => {
    const typed = way.otherwise ?? "''";
    onText(withMissing(text, missing, typed));
  };
  return (
    <div className={classes.ways} data-way={kind}>
      <select
        aria-label={`How ${name} gets its value`}
        value={kind}
        onChange={(event) => {
          const to = event.currentTarget.value as WayKind;
          const changed = toWay(text, to, found, view?.tables[0] ?? '');
          setMeant(to);
          onText(changed);
          if (changed === '' || changed === '=') view?.focusField(field);
        }}
      >
        {KINDS.map(([one, word]) => (
          <option key={one} value={one}>
            {word}
          </option>
        ))}
      </select>
      {way.kind === 'lookup' && view && (
        <>
          <select
            aria-label={`Table of ${name}`}
            value={way.table}
            onChange={(event) => {
              const table = event.currentTarget.value;
              onText(text.replace(`'${way.table ?? ''}'`, () => `'${table}'`));
            }}
          >
            {!view.tables.includes(way.table ?? '') && (
              <option value={way.table}>{way.table || 'choose a table'}</option>
            )}
            {view.tables.map((table) => (
              <option key={table} value={table}>
                {table}
              </option>
            ))}
          </select>
          {way.table && (
            <button type="button" onClick={() => view.openTable(way.table ?? '')}>
              rows
            </button>
          )}
        </>
      )}
      {way.missing && choices.length > 0 && (
        <label>
          missing
          <select
            aria-label={`When ${name} is missing`}
            value={way.missing}
            onChange={(event) => set(event.currentTarget.value as Missing)}
          >
            {(choices.includes(way.missing) ? choices : [way.missing, ...choices]).map((one) => (
              <option key={one} value={one}>
                {WORDS[one]}
              </option>
            ))}
          </select>
        </label>
      )}
      {way.kind === 'formula' && !way.missing && (
        <span title="A formula says itself what it does where nothing is there; if it does not, that is an error.">
          missing is an error
        </span>
      )}
      {way.missing === 'default' && (
        <input
          aria-label={`Default of ${name}`}
          value={typedDefault(way.otherwise ?? "''")}
          placeholder="empty text"
          spellCheck={false}
          onChange={(event) =>
            onText(withMissing(text, 'default', writtenDefault(event.currentTarget.value)))
          }
        />
      )}
    </div>
  );
}
