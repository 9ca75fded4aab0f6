import { ValueField } from './ValueField';
import type { Fields } from './useStep';
import { type Path, isMap } from '../model/json';
import { Button, TextInput } from '@mantine/core';
import { X } from 'lucide-react';
import { useState } from 'react';
import classes from './settings.module.css';

interface Props {
  fields: Fields;
  path: Path;
  /** What one is called: `value`, `input`. */
  word: string;
}

/** Values by name, which the person chooses. */
export function Pairs({ fields, path, word }: Props) {
  const [name, setName] = useState('');
  const value = fields.read(path);
  const pairs = isMap(value) ? value : {};
  const add = (): void => {
    const free = name.trim();
    if (free === '' || Object.hasOwn(pairs, free)) return;
    fields.write([...path, free], '');
    setName('');
  };
  return (
    <div className={classes.stack}>
      {Object.keys(pairs).map((key) => (
        <div key={key} className={classes.pair}>
          <div className={classes.pairValue}>
            <ValueField
              fields={fields}
              path={[...path, key]}
              field={{
                name: key,
                title: key,
                doc: '',
                type: '',
                required: false,
                options: [],
                fields: [],
                isList: false,
              }}
            />
          </div>
          <button
            type="button"
            className={classes.drop}
            aria-label={`Remove ${key}`}
            onClick={() => fields.write([...path, key], undefined)}
          >
            <X size={13} />
          </button>
        </div>
      ))}
      <form
        className={classes.addPair}
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <TextInput
          aria-label={`Name of a new ${word}`}
          placeholder={`name of a new ${word}`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          disabled={name.trim() === '' || Object.hasOwn(pairs, name.trim())}
        >
          Add
        </Button>
      </form>
    </div>
  );
}
