import { ByHand } from './ByHand';
import { type Source, used, visible } from './sources';
import { markOf, trafficPath } from './marks';
import { DRAGGED, useStepView } from './view';
import type { useSample } from './useSample';
import { Select, TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import classes from './step.module.css';

const ROW_PX = 26;

interface Props {
  sample: ReturnType<typeof useSample>;
  formulas: readonly string[];
  /** The steps before it cannot be worked. */
  isStuck: boolean;
  /** Paths that a formula of the step names but that fail. */
  isBroken: (path: string) => boolean;
  onInsert: (path: string) => void;
}

/** What the step's formulas see on the sample: values, to be put into a field. */
export function SamplePane({ sample, formulas, isStuck, isBroken, onInsert }: Props) {
  const view = useStepView();
  const [query, setQuery] = useState('');
  const [only, setOnly] = useState<string>('all');
  const [open, setOpen] = useState<ReadonlySet<string> | null>(null);
  const [active, setActive] = useState(0);
  const [hand, setHand] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const sources = view?.sources ?? [];
  const first = sources[0]?.path;
  const opened = useMemo(() => open ?? new Set(first ? [first] : []), [open, first]);
  const isUsed = useMemo(() => used(formulas), [formulas]);
  const rows = visible(sources, opened, query, (one) => {
    if (only === 'mapped') return isUsed(one.path);
    if (only === 'unmapped') return !isUsed(one.path);
    if (only === 'broken') return isBroken(one.path);
    return true;
  });
  // The rows are few hundred at most that are drawn, of thousands that there may be.
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const toggle = (one: Source, to: boolean): void => {
    const next = new Set(opened);
    if (to) next.add(one.path);
    else next.delete(one.path);
    setOpen(next);
  };
  const onKey = (event: KeyboardEvent): void => {
    const row = rows[active];
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(Math.min(rows.length - 1, active + 1)),
      ArrowUp: () => go(Math.max(0, active - 1)),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => row?.folds && toggle(row, true),
      ArrowLeft: () => row?.folds && toggle(row, false),
      Enter: () => row && onInsert(row.path),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const go = (n: number): void => {
    setActive(n);
    virtual.scrollToIndex(n);
  };
  const groups = [...new Set(sample.offers.map((one) => one.group))];
  return (
    <>
      <div className={classes.choose}>
        <Select
          size="xs"
          aria-label="Sample"
          placeholder={sample.isSettled ? 'No sample yet' : 'Loading…'}
          data={[
            ...groups.map((group) => ({
              group,
              items: sample.offers
                .filter((one) => one.group === group)
                .map((one) => ({ value: one.key, label: one.label })),
            })),
            { value: 'hand', label: 'Made by hand…' },
          ]}
          value={sample.sample?.key ?? null}
          // Chosen once more it is changed, which is no change of the choice.
          onOptionSubmit={(key) => key === 'hand' && setHand(true)}
          onChange={(key) => {
            if (key && key !== 'hand') void sample.choose(key);
          }}
          allowDeselect={false}
        />
        <TextInput
          size="xs"
          placeholder="Find a name or a value"
          aria-label="Find in the sample"
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKey}
        />
        <div className={classes.only} role="group" aria-label="Which are shown">
          {['all', 'mapped', 'unmapped', 'broken'].map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={only === one}
              onClick={() => setOnly(one)}
            >
              {one}
            </button>
          ))}
        </div>
      </div>
      {hand && <ByHand sample={sample} onClose={() => setHand(false)} />}
      <div
        ref={scroller}
        className={classes.tree}
        role="tree"
        aria-label="Values of the sample"
        tabIndex={0}
        aria-activedescendant={rows[active] ? `source-${active}` : undefined}
        onKeyDown={onKey}
      >
        {rows.length === 0 && (
          <p className={classes.quiet}>
            {sources.length > 0
              ? 'Nothing like it in the sample.'
              : sample.sample || !sample.isSettled
                ? isStuck
                  ? 'The steps before this one are not in order, so nothing is seen here.'
                  : 'Working…'
                : 'Choose a sample, or make one by hand: each formula shows what it comes to.'}
          </p>
        )}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="none">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const one = rows[index];
            if (!one) return null;
            const mark = markOf(view?.traffic.get(trafficPath(one.path)));
            return (
              <div
                key={one.path}
                id={`source-${index}`}
                role="treeitem"
                aria-level={one.depth + 1}
                aria-selected={index === active}
                {...(one.folds ? { 'aria-expanded': opened.has(one.path) } : {})}
                aria-label={[query ? one.path : one.label, mark?.word, one.shown, mark?.sentence]
                  .filter(Boolean)
                  .join(', ')}
                data-source={one.path}
                data-used={isUsed(one.path) || undefined}
                className={classes.source}
                style={{ top: start, paddingLeft: 6 + (query ? 0 : one.depth * 13) }}
                title={[one.path, one.shown, mark?.sentence].filter(Boolean).join('\n')}
                draggable
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAGGED, one.path);
                  event.dataTransfer.setData('text/plain', one.path);
                  event.dataTransfer.effectAllowed = 'copy';
                }}
                // The field that is written in keeps the focus.
                onMouseDown={() => setActive(index)}
                onClick={() => onInsert(one.path)}
              >
                <span
                  className={classes.fold}
                  data-open={opened.has(one.path) || undefined}
                  onClick={(event) => {
                    if (!one.folds) return;
                    event.stopPropagation();
                    toggle(one, !opened.has(one.path));
                  }}
                >
                  {one.folds && <ChevronRight size={12} aria-hidden />}
                </span>
                <span className={classes.sourceName}>{query ? one.path : one.label}</span>{' '}
                {mark?.word && (
                  <span className={classes.mark} data-never={mark.word === 'never' || undefined}>
                    {mark.word}
                  </span>
                )}{' '}
                <span className={classes.sourceValue} data-kind={one.kind}>
                  {one.shown}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}
