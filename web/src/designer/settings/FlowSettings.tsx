import { Entry } from './Entry';
import { useFields } from './useStep';
import { type Json, isList, isMap } from '../model/json';
import { startsOf } from '../model/sentence';
import { useEditor } from '../store/context';
import { Button, Switch } from '@mantine/core';
import { X } from 'lucide-react';
import classes from './settings.module.css';

interface Props {
  chooseTrigger: () => void;
}

/** The settings of the flow itself: what starts it, once per what, one at a time per what. */
export function FlowSettings({ chooseTrigger }: Props) {
  const editor = useEditor();
  const fields = useFields([]);
  const trigger = fields.value.trigger;
  const starts: readonly Json[] = isList(trigger)
    ? trigger
    : trigger === undefined
      ? []
      : [trigger];
  const write = (all: readonly Json[]): void => {
    fields.write(['trigger'], all.length === 0 ? undefined : all.length === 1 ? all[0] : all);
    editor.seal();
  };
  return (
    <section className={classes.stack}>
      <h2>The flow</h2>
      <Entry fields={fields} field={['title']} label="Title" />
      <Entry fields={fields} field={['note']} label="Note" placeholder="Why it is so" lines={2} />
      <div data-field="trigger" tabIndex={-1}>
        <p className={classes.label}>Starts on</p>
        {starts.map((one, n) => (
          <div key={n} className={classes.start}>
            <span>{startsOf({ trigger: one }, editor.catalog)}</span>
            <button
              type="button"
              className={classes.drop}
              aria-label={`Remove start ${n + 1}`}
              onClick={() => write(starts.filter((_, m) => m !== n))}
            >
              <X size={13} />
            </button>
          </div>
        ))}
        {starts.some((one) => isMap(one)) && (
          <p className={classes.doc}>Schedules are changed in YAML.</p>
        )}
        {fields.wrong(['trigger']) && <p className={classes.wrong}>{fields.wrong(['trigger'])}</p>}
        <Button variant="default" size="compact-xs" onClick={chooseTrigger}>
          Add what starts it
        </Button>
      </div>
      <Entry fields={fields} field={['key']} label="Once per" placeholder="the event itself" mono />
      <Entry
        fields={fields}
        field={['order_by']}
        label="One at a time per"
        placeholder="nothing: side by side"
        mono
      />
      <Switch
        size="xs"
        label="Also started by what our own writes cause"
        checked={fields.value.own_events === true}
        onChange={(event) =>
          fields.write(['own_events'], event.currentTarget.checked ? true : undefined)
        }
      />
      <Entry
        fields={fields}
        field={['output']}
        label="Gives to a flow that calls it"
        placeholder="nothing"
        mono
      />
    </section>
  );
}
