import { type Worked, standing } from './steps';
import type { RunDetail } from '@/api/runs';
import { State } from '@/components/State';
import { duration } from '@/lib/time';
import { scale } from '@/lib/timeline';
import { useMemo } from 'react';
import classes from './Timeline.module.css';

interface Props {
  run: RunDetail;
  rows: readonly Worked[];
  selected: string | undefined;
  onSelect: (key: string) => void;
}

const percent = (part: number) => `${(part * 100).toFixed(3)}%`;

/** The steps of a run along its time: each with its calls; waits in between are cut short. */
export function Timeline({ run, rows, selected, onSelect }: Props) {
  const { place, cuts } = useMemo(
    () => scale([{ start: Date.parse(run.created_at), end: Date.parse(run.created_at) }, ...rows]),
    [run.created_at, rows],
  );
  return (
    <div className={classes.timeline}>
      <div className={classes.head}>
        <span>Step</span>
        <span className={classes.lane}>
          {cuts.map(({ at, ms }) => (
            <span key={at} className={classes.gap} style={{ left: percent(at) }}>
              {duration(ms)}
            </span>
          ))}
        </span>
        <span className={classes.took}>Took</span>
      </div>
      {rows.map((row) => (
        <button
          key={row.key}
          type="button"
          className={classes.row}
          aria-pressed={row.key === selected}
          onClick={() => onSelect(row.key)}
        >
          <span className={classes.name}>
            <State state={standing(row, run)} word={row.id} />
          </span>
          <span className={classes.lane} aria-hidden>
            {cuts.map(({ at }) => (
              <span key={at} className={classes.cut} style={{ left: percent(at) }} />
            ))}
            <span
              className={classes.bar}
              style={{
                left: percent(place(row.start)),
                width: `max(3px, ${percent(place(row.end) - place(row.start))})`,
              }}
              data-state={standing(row, run)}
            />
            {row.calls.map((call) => {
              const from = place(Date.parse(call.started_at));
              const to = place(Date.parse(call.ended_at));
              return (
                <span
                  key={`${call.started_at} ${call.label}`}
                  className={classes.call}
                  data-failed={call.fault ? true : undefined}
                  style={{ left: percent(from), width: `max(2px, ${percent(to - from)})` }}
                />
              );
            })}
          </span>
          <span className={classes.took}>
            {row.calls.length > 0 && (
              <span className={classes.calls}>
                {row.calls.length} {row.calls.length === 1 ? 'call' : 'calls'}
              </span>
            )}
            {row.end > row.start ? duration(row.end - row.start) : ''}
          </span>
        </button>
      ))}
    </div>
  );
}
