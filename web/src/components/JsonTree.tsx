import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import classes from './JsonTree.module.css';

/** What the server shows instead of a person's data. */
const MASKED = '\u2022\u2022\u2022';
/** Lists longer than this are drawn on demand. */
const SHOWN = 100;

interface Props {
  value: unknown;
  /** How many levels are open at first. */
  open?: number;
}

/** A JSON value as a tree; masked values look masked. */
export function JsonTree({ value, open = 2 }: Props) {
  return (
    <div className={classes.tree}>
      <Node value={value} open={open} />
    </div>
  );
}

function Node({ name, value, open }: { name?: string; value: unknown; open: number }) {
  const [opened, setOpened] = useState(open > 0);
  const [all, setAll] = useState(false);
  const label = name !== undefined && <span className={classes.name}>{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={classes.leaf}>
        {label} <Scalar value={value} />
      </div>
    );
  }
  const entries: [string, unknown][] = Object.entries(value);
  const isList = Array.isArray(value);
  const about = `${entries.length} ${isList ? 'item' : 'field'}${entries.length === 1 ? '' : 's'}`;
  if (entries.length === 0) {
    return (
      <div className={classes.leaf}>
        {label} <span className={classes.quiet}>{isList ? 'empty list' : 'empty'}</span>
      </div>
    );
  }
  return (
    <div>
      {name !== undefined && (
        <button
          type="button"
          className={classes.fold}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <ChevronRight size={12} aria-hidden />
          {label} <span className={classes.quiet}>{!opened && about}</span>
        </button>
      )}
      {(opened || name === undefined) && (
        <div className={name === undefined ? undefined : classes.inner}>
          {(all ? entries : entries.slice(0, SHOWN)).map(([key, inner]) => (
            <Node key={key} name={key} value={inner} open={open - 1} />
          ))}
          {!all && entries.length > SHOWN && (
            <button type="button" className={classes.fold} onClick={() => setAll(true)}>
              Show all {entries.length}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Scalar({ value }: { value: unknown }) {
  if (value === MASKED) {
    return (
      <span className={classes.masked} title="Hidden: personal data">
        hidden
      </span>
    );
  }
  if (value === null) return <span className={classes.quiet}>null</span>;
  if (typeof value === 'string') {
    return value === '' ? <span className={classes.quiet}>empty text</span> : <span>{value}</span>;
  }
  return <span className={classes.literal}>{JSON.stringify(value)}</span>;
}
