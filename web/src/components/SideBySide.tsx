import { type Compared, compare } from '@/lib/compare';
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import classes from './SideBySide.module.css';

interface Props {
  label: string;
  left: { title: string; value: unknown };
  right: { title: string; value: unknown };
  /** Whether only what differs is shown at first. */
  onlyDifferences?: boolean;
}

/** So many places are drawn; the rest is counted. */
const MOST = 400;

function Side({ text, differs }: { text: string | undefined; differs: boolean }) {
  if (text === undefined) return <td className={classes.none}>not there</td>;
  return <td>{differs ? <mark>{text}</mark> : text}</td>;
}

/** Two values side by side, place by place, differences marked. */
export function SideBySide({ label, left, right, onlyDifferences = false }: Props) {
  const [only, setOnly] = useState(onlyDifferences);
  const all: Compared[] = compare(left.value, right.value);
  const count = all.filter((row) => row.differs).length;
  const rows = only ? all.filter((row) => row.differs) : all;
  return (
    <div className={classes.frame}>
      <div className={classes.head}>
        <strong>
          {count === 0 ? 'No difference' : count === 1 ? 'One difference' : `${count} differences`}
        </strong>
        <Checkbox
          size="xs"
          label="Only what differs"
          checked={only}
          onChange={(event) => setOnly(event.currentTarget.checked)}
        />
      </div>
      <div className={classes.scroller} role="region" aria-label={label} tabIndex={0}>
        <table aria-label={label}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">{left.title}</th>
              <th scope="col">{right.title}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row) => (
              <tr key={row.path} data-differs={row.differs || undefined}>
                <th scope="row" className="mono">
                  {row.path}
                </th>
                <Side text={row.left} differs={row.differs} />
                <Side text={row.right} differs={row.differs} />
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > MOST && (
          <p className={classes.none}>and {rows.length - MOST} further fields</p>
        )}
      </div>
    </div>
  );
}
