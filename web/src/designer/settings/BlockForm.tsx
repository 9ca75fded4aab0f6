import { Entry } from './Entry';
import { Pairs } from './Pairs';
import { Members } from './ValueField';
import type { Fields } from './useStep';
import { type Json, type Path, get, isList, isMap, isText } from '../model/json';
import { inputsOf } from '../model/schema';
import { caseOf } from '../model/sentence';
import { kindOf } from '../model/step';
import { useEditor } from '../store/context';
import { Button, Select } from '@mantine/core';
import classes from './settings.module.css';

const ROLES = ['operator', 'editor', 'approver', 'admin'];

interface Props {
  fields: Fields;
  /** From the step to the block: empty, or a case with one block. */
  at: Path;
  chooseOperation: () => void;
}

/** What a step or a case does: a form for its kind. */
export function BlockForm({ fields, at, chooseOperation }: Props) {
  const block = get(fields.value, at);
  const field = (...path: (string | number)[]): Path => [...at, ...path];
  const whole = (text: string): Json => (/^[1-9]\d*$/.test(text) ? Number(text) : text);
  switch (kindOf(block)) {
    case 'use':
      return <UseForm fields={fields} at={at} chooseOperation={chooseOperation} />;
    case 'set':
      return <Pairs fields={fields} path={field('set')} word="value" />;
    case 'check':
      return <CheckForm fields={fields} at={at} />;
    case 'choose':
      return <CasesForm fields={fields} />;
    case 'each':
      return (
        <>
          <Entry fields={fields} field={field('each')} label="For each item of" mono required />
          <Entry fields={fields} field={field('as')} label="called" mono required />
          <Entry
            fields={fields}
            field={field('at_once')}
            label="How many at once"
            placeholder="one after the other"
            meant={whole}
          />
          <Entry
            fields={fields}
            field={field('output')}
            label="Gives, for each item"
            placeholder="what its last step gives"
            mono
          />
        </>
      );
    case 'parallel':
      return <BranchesForm fields={fields} />;
    case 'wait':
      return (
        <>
          <Entry
            fields={fields}
            field={field('wait', 'until')}
            label="Wait until this has a value"
            mono
            required
          />
          <Entry
            fields={fields}
            field={field('wait', 'at_most')}
            label="At most"
            placeholder="30d"
            required
          />
        </>
      );
    case 'approve':
      return (
        <>
          <Select
            label="Who may answer"
            data={ROLES}
            data-field={field('approve', 'by').join('.')}
            value={
              isText(fields.read(field('approve', 'by')))
                ? (fields.read(field('approve', 'by')) as string)
                : null
            }
            onChange={(role) => role && fields.write(field('approve', 'by'), role)}
            error={fields.wrong(field('approve', 'by'))}
          />
          <Entry
            fields={fields}
            field={field('approve', 'show')}
            label="What the person is shown"
            mono
          />
          <Entry
            fields={fields}
            field={field('approve', 'at_most')}
            label="At most"
            placeholder="7d"
            required
          />
        </>
      );
    case 'call':
      return (
        <>
          <Entry fields={fields} field={field('call')} label="The flow's id" mono required />
          <Pairs fields={fields} path={field('with')} word="input" />
        </>
      );
    case undefined:
      return (
        <p className={classes.wrong}>
          {fields.wrong(at) ?? 'It does not say what it does. Say it in YAML, or delete it.'}
        </p>
      );
  }
}

function UseForm({ fields, at, chooseOperation }: Props) {
  const { catalog } = useEditor();
  const id = get(fields.value, [...at, 'use']);
  const known = isText(id) ? catalog.operation(id) : undefined;
  const inputs = known ? inputsOf(known.operation) : [];
  const given = fields.read([...at, 'with']);
  const wrong = fields.wrong([...at, 'use']);
  return (
    <>
      <div className={classes.operation} data-field={[...at, 'use'].join('.')} tabIndex={-1}>
        <div>
          <strong>{known ? known.operation.title : 'No such operation here'}</strong>
          <span className="mono">{isText(id) ? id : ''}</span>
        </div>
        <Button variant="default" size="compact-xs" onClick={chooseOperation}>
          Change
        </Button>
      </div>
      {known && <p className={classes.doc}>{known.operation.doc.split('\n')[0]}</p>}
      {!known && (
        <p className={classes.wrong}>
          {wrong ??
            'This server does not have it. Choose another, or add the connector that has it.'}
        </p>
      )}
      <Members
        fields={fields}
        path={[...at, 'with']}
        known={inputs}
        value={isMap(given) ? given : {}}
      />
      <details className={classes.more} open={fields.read([...at, 'connection']) !== undefined}>
        <summary>Connection</summary>
        <Entry
          fields={fields}
          field={[...at, 'connection']}
          label="Which of several connections"
          placeholder="the only one"
        />
      </details>
    </>
  );
}

function CheckForm({ fields, at }: { fields: Fields; at: Path }) {
  const otherwise = fields.read([...at, 'else']);
  const rejects = isText(otherwise) && otherwise.startsWith('reject');
  return (
    <>
      <Entry fields={fields} field={[...at, 'check']} label="Go on only if" mono required />
      <Select
        label="Else"
        data={[
          { value: 'skip', label: 'the run ends: nothing was to be done' },
          { value: 'reject', label: 'it is rejected: a person must look' },
        ]}
        value={rejects ? 'reject' : 'skip'}
        onChange={(how) =>
          fields.write([...at, 'else'], how === 'reject' ? 'reject it does not hold' : 'skip')
        }
        error={fields.wrong([...at, 'else'])}
        data-field={[...at, 'else'].join('.')}
        allowDeselect={false}
      />
      {rejects && <Sentence fields={fields} at={at} text={otherwise.replace(/^reject ?/, '')} />}
    </>
  );
}

/** The sentence of a rejection, which stands behind the word in the document. */
function Sentence({ fields, at, text }: { fields: Fields; at: Path; text: string }) {
  const own: Fields = {
    ...fields,
    read: () => text,
    write: (_, value) => fields.write([...at, 'else'], `reject ${isText(value) ? value : ''}`),
  };
  return <Entry fields={own} field={[...at, 'else']} label="With the sentence" />;
}

function CasesForm({ fields }: { fields: Fields }) {
  const cases = fields.read(['choose']);
  if (!isList(cases)) return null;
  return (
    <>
      {cases.map((one, n) =>
        isMap(one) && one.when === undefined && n > 0 ? (
          <p key={n} className={classes.doc}>
            {caseOf(one, n)}: the last case holds if no other does.
          </p>
        ) : (
          <Entry
            key={n}
            fields={fields}
            field={['choose', n, 'when']}
            label={n === 0 ? 'If' : 'Else if'}
            mono
          />
        ),
      )}
    </>
  );
}

function BranchesForm({ fields }: { fields: Fields }) {
  const branches = fields.read(['parallel']);
  const names = isMap(branches) ? Object.keys(branches) : [];
  return (
    <p className={classes.doc}>
      {names.length} branches: {names.join(', ')}. Choose one on the canvas to rename it.
    </p>
  );
}
