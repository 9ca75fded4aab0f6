import { Entry } from './Entry';
import type { Fields } from './useStep';
import { type Each, eachOf, itemOf, writeEach } from '../step/each';
import { useStepView } from '../step/view';
import { type Path, isText } from '../model/json';
import classes from './settings.module.css';

/** Where a list mapping takes its items from: the list, which of them, grouped by what. */
export function ListSource({ fields, path }: { fields: Fields; path: Path }) {
  const at = [...path, 'each'];
  const view = useStepView();
  const source = fields.read(at);
  const text = isText(source) ? source : '';
  const as = fields.read([...path, 'as']);
  // The condition keeps the name that it knows its item by.
  const item = itemOf(text) ?? (isText(as) && as !== '' ? as : 'item');
  const parts = eachOf(text);
  const part = (name: keyof Each): Fields => ({
    ...fields,
    read: () => parts[name],
    write: (_, value) => {
      const changed = { ...parts, [name]: isText(value) ? value.replace(/^=/, '') : '' };
      fields.write(at, changed.list === '' ? undefined : writeEach(changed, item));
    },
  });
  const asList: Fields = {
    ...fields,
    read: () => (parts.list === '' ? '' : `=${parts.list}`),
    write: part('list').write,
  };
  const path_ = `${parts.list}[0]`;
  const members = (view?.sources ?? []).filter((one) => one.path.startsWith(`${path_}.`));
  return (
    <>
      <Entry fields={asList} field={at} label="For each item of" mono />
      <Entry fields={fields} field={[...path, 'as']} label="called" mono />
      <details className={classes.more} open={parts.only !== '' || parts.by !== ''}>
        <summary>Filter and group</summary>
        <div className={classes.stack}>
          <Entry
            fields={part('only')}
            field={[...at, 'only']}
            label="Only those where"
            placeholder={`${item}.${members[0]?.label ?? 'quantity'} > 0`}
            mono
          />
          <Entry
            fields={part('by')}
            field={[...at, 'by']}
            label="Brought together by"
            help="A member of the items. Then each item is a group with `key` and `items`."
            placeholder="nothing: each by itself"
            mono
          />
        </div>
      </details>
    </>
  );
}
