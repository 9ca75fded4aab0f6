import { Entry } from './Entry';
import { FieldProblems } from './FieldProblems';
import { ListSource } from './ListSource';
import type { Fields } from './useStep';
import { singular } from '../step/each';
import { Items } from '../step/Items';
import { isSeeking, isSought } from '../step/target';
import { pathText, useStepView } from '../step/view';
import { type Json, type JsonMap, type Path, isList, isMap } from '../model/json';
import { type Field, shown, typed } from '../model/schema';
import { Message } from '@/components/Message';
import { Button, Menu } from '@mantine/core';
import { X } from 'lucide-react';
import { useState } from 'react';
import classes from './settings.module.css';

interface Props {
  fields: Fields;
  path: Path;
  field: Field;
}

/** So many lists of the sample are offered. */
const LISTS_MAX = 20;

const ANY: Field = {
  name: '',
  title: '',
  doc: '',
  type: 'any value',
  required: false,
  options: [],
  fields: [],
  isList: false,
};

/** A field of an operation's input: a value or formula, or the fields of a map or list. */
export function ValueField({ fields, path, field }: Props) {
  const view = useStepView();
  const value = fields.read(path);
  const single = shown(value);
  const facts = [
    field.peerName,
    field.type,
    field.maxLength === undefined ? '' : `at most ${field.maxLength}`,
    field.options.length > 0 ? `one of ${field.options.join(', ')}` : '',
  ].filter(Boolean);
  const label = (
    <>
      {field.title || field.name} <span className={classes.facts}>{facts.join(' · ')}</span>
    </>
  );
  if (single === null) {
    return (
      <fieldset className={classes.group} data-field={path.join('.')}>
        <legend>
          {label}
          <Items path={path} />
          <button
            type="button"
            className={classes.drop}
            aria-label={`Empty ${field.name}`}
            onClick={() => fields.write(path, undefined)}
          >
            <X size={13} />
          </button>
        </legend>
        <FieldProblems fields={fields} field={path} />
        <Inner fields={fields} path={path} field={field} value={value ?? null} />
      </fieldset>
    );
  }
  const help = field.doc.split('\n')[0];
  const lists = view?.sources.filter((one) => one.kind === 'list') ?? [];
  const bind = (list: string): void =>
    fields.write(path, { each: `=${list}`, as: singular(list), to: {} });
  return (
    <div>
      <Entry
        fields={fields}
        field={path}
        label={label}
        help={help && <Message text={help} />}
        required={field.required}
        placeholder={field.required ? 'a value, or = and a formula' : ''}
        meant={(text) => typed(text, field)}
        target={field}
        bind={field.isList ? bind : undefined}
      />
      {single === '' && field.isList && (
        <Menu position="bottom-start" shadow="md">
          <Menu.Target>
            <Button variant="subtle" size="compact-xs">
              Bind to a list
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {lists.slice(0, LISTS_MAX).map((one) => (
              <Menu.Item
                key={one.path}
                rightSection={<small>{one.shown}</small>}
                onClick={() => bind(one.path)}
              >
                <span className="mono">{one.path}</span>
              </Menu.Item>
            ))}
            <Menu.Item onClick={() => bind('[]')}>A list that is written out</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {single === '' && !field.isList && field.fields.length > 0 && (
        <Button variant="subtle" size="compact-xs" onClick={() => fields.write(path, {})}>
          Fill in its fields
        </Button>
      )}
    </div>
  );
}

function Inner({ fields, path, field, value }: Props & { value: Json }) {
  if (isMap(value) && value.each !== undefined && value.to !== undefined) {
    return (
      <>
        <ListSource fields={fields} path={path} />
        <Members
          fields={fields}
          path={[...path, 'to']}
          known={field.fields}
          value={isMap(value.to) ? value.to : {}}
        />
      </>
    );
  }
  if (isMap(value))
    return <Members fields={fields} path={path} known={field.fields} value={value} />;
  if (!isList(value)) return null;
  return (
    <>
      {value.map((_, n) => (
        <ValueField
          key={n}
          fields={fields}
          path={[...path, n]}
          field={{ ...field, isList: false, name: String(n + 1), title: `Item ${n + 1}`, type: '' }}
        />
      ))}
      <Button
        variant="subtle"
        size="compact-xs"
        onClick={() => fields.write([...path, value.length], field.fields.length > 0 ? {} : '')}
      >
        Add an item
      </Button>
    </>
  );
}

/** The fields that the schema knows, and what is there beside them. */
export function Members({
  fields,
  path,
  known,
  value,
}: {
  fields: Fields;
  path: Path;
  known: readonly Field[];
  value: JsonMap;
}) {
  const view = useStepView();
  const names = new Set(known.map(({ name }) => name));
  const others = Object.keys(value).filter((name) => !names.has(name));
  const isKept = (one: Field): boolean => {
    if (!view) return true;
    const { only, query, results } = view;
    const isBroken = (at: Path): boolean =>
      fields.wrong(at) !== undefined || results.get(pathText(at))?.state === 'error';
    return isSought({ only, query, isBroken }, [...path, one.name], one, value[one.name]);
  };
  // A field keeps its place while it is written in: what was empty at first stays under "More".
  const [first] = useState(() => new Set(Object.keys(value)));
  const more = known.filter((one) => !one.required);
  const filled = more.filter((one) => first.has(one.name));
  const empty = more.filter((one) => !first.has(one.name));
  const show = (one: Field) =>
    isKept(one) && (
      <ValueField key={one.name} fields={fields} path={[...path, one.name]} field={one} />
    );
  return (
    <>
      {known.filter((one) => one.required).map(show)}
      {filled.map(show)}
      {others.map((name) =>
        show({ ...ANY, name, title: name, type: known.length > 0 ? 'not a field of it' : '' }),
      )}
      {view && isSeeking(view) && empty.map(show)}
      {!(view && isSeeking(view)) && empty.length > 0 && (
        <details className={classes.more}>
          <summary>More ({empty.length})</summary>
          <div className={classes.stack}>{empty.map(show)}</div>
        </details>
      )}
    </>
  );
}
