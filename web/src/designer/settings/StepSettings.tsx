import { BlockForm } from './BlockForm';
import { Entry } from './Entry';
import { FieldProblems } from './FieldProblems';
import { LastChange } from './LastChange';
import { Name } from './Name';
import { References } from './References';
import { useFields } from './useStep';
import { renameBranch, renameId } from '../model/edit';
import { type Path, isList } from '../model/json';
import type { Row } from '../model/rows';
import { sentenceOf } from '../model/sentence';
import { idOf } from '../model/step';
import { useEditor, useEditorState } from '../store/context';
import { Select } from '@mantine/core';
import { memo } from 'react';
import classes from './settings.module.css';

interface Props {
  row: Row;
  chooseOperation: (step: Path, at: Path) => void;
}

/** The settings of the step, case or branch that is chosen. */
export const StepSettings = memo(function StepSettings({ row, chooseOperation }: Props) {
  const editor = useEditor();
  const fields = useFields(row.step);
  const id = idOf(fields.value);
  const choose = (at: Path) => () => chooseOperation(row.step, at);
  if (row.kind === 'branch') {
    const name = String(row.nested[1] ?? '');
    return (
      <section className={classes.stack}>
        <h2>Branch {name}</h2>
        <Name
          label="Name"
          value={name}
          field="name"
          onName={(to) => renameBranch(editor.document, row.step, name, to)}
        />
      </section>
    );
  }
  if (row.kind === 'error') {
    return (
      <section className={classes.stack}>
        <h2>If {id} fails</h2>
        <p className={classes.doc}>
          These steps are worked, then the run goes on. They see the failure as `error`.
        </p>
      </section>
    );
  }
  if (row.kind === 'case') {
    const at = row.nested.slice(0, 2);
    return (
      <section className={classes.stack}>
        <h2>
          Case {Number(row.nested[1]) + 1} of {id}
        </h2>
        <Entry
          fields={fields}
          field={[...at, 'when']}
          label="If"
          placeholder="always: otherwise"
          mono
        />
        <Entry fields={fields} field={[...at, 'note']} label="Note" lines={2} />
        {row.foldable ? (
          <Entry
            fields={fields}
            field={[...at, 'output']}
            label="Gives"
            placeholder="what its last step gives"
            mono
          />
        ) : (
          <BlockForm fields={fields} at={at} chooseOperation={choose(at)} />
        )}
      </section>
    );
  }
  const said = sentenceOf(fields.value, editor.catalog);
  return (
    <section className={classes.stack}>
      <h2>{said.text}</h2>
      <FieldProblems fields={fields} field={[]} />
      <Entry
        fields={fields}
        field={['title']}
        label="Title"
        placeholder={sentenceOf({ ...fields.value, title: '' }, editor.catalog).text}
      />
      <Name
        label="Id"
        value={id}
        field="id"
        help="Formulas name its output; they follow when it is renamed."
        onName={(to) => renameId(editor.document, row.step, to)}
      />
      <BlockForm fields={fields} at={[]} chooseOperation={choose([])} />
      <Entry fields={fields} field={['note']} label="Note" placeholder="Why it is so" lines={2} />
      <LastChange id={id} />
      <References id={id} />
      <Around row={row} />
    </section>
  );
});

/** What every kind of step may have. */
function Around({ row }: { row: Row }) {
  const fields = useFields(row.step);
  const open = ['when', 'retry', 'timeout', 'on_error'].some(
    (key) => fields.value[key] !== undefined,
  );
  const onError = fields.read(['on_error']);
  const how = isList(onError) ? 'steps' : onError === 'continue' ? 'continue' : 'stop';
  return (
    <details className={classes.more} open={open}>
      <summary>When it runs, and when it fails</summary>
      <div className={classes.stack}>
        <Entry fields={fields} field={['when']} label="Only if" placeholder="always" mono />
        <Entry fields={fields} field={['retry']} label="Is tried again for" placeholder="72h" />
        <Entry fields={fields} field={['timeout']} label="One call may take" placeholder="30s" />
        <Select
          label="If it fails for good"
          data={[
            { value: 'stop', label: 'the run stops: a person must look' },
            { value: 'continue', label: 'the run goes on without its output' },
            { value: 'steps', label: 'other steps are worked' },
          ]}
          value={how}
          allowDeselect={false}
          data-field="on_error"
          onChange={(to) => {
            if (to === how) return;
            fields.write(
              ['on_error'],
              to === 'steps' ? [] : to === 'continue' ? 'continue' : undefined,
            );
          }}
        />
      </div>
    </details>
  );
}

/** Whether the settings show something for the row. */
export function useActiveRow(): Row | undefined {
  const layout = useEditorState((state) => state.layout);
  const active = useEditorState((state) => state.active);
  return layout.rows[layout.index.get(active) ?? -1];
}
