import { Edge } from './Edge';
import { FunctionPicker } from './FunctionPicker';
import { Lines } from './Lines';
import { ResultPane } from './ResultPane';
import { SamplePane } from './SamplePane';
import { Seek } from './Seek';
import { insert, sourcesOf } from './sources';
import { TableRows } from './TableRows';
import { useExamples } from './useExamples';
import { usePreview } from './usePreview';
import { useSample } from './useSample';
import { type Only, StepViewContext, type StepView as Shared, type Target } from './view';
import { setField } from '../model/edit';
import { isFormula, ownFormulas } from '../model/formula';
import { get, isMap, type Json, type JsonMap, type Path } from '../model/json';
import { idOf } from '../model/step';
import { shown } from '../model/schema';
import { StepSettings, useActiveRow } from '../settings/StepSettings';
import { useEditor, useEditorState } from '../store/context';
import type { Saver } from '../store/saver';
import { useEnvironmentName } from '@/app/useEnvironment';
import { triggerTraffic } from '@/api/designer';
import { tables as tablesOf } from '@/api/lookups';
import { useQuery } from '@tanstack/react-query';
import { ActionIcon, Button, SegmentedControl } from '@mantine/core';
import {
  PanelLeftClose,
  PanelLeftOpen,
  PanelRightClose,
  PanelRightOpen,
  Sigma,
  X,
} from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import settings from '../settings/settings.module.css';
import classes from './step.module.css';

interface Props {
  saver: Saver;
  chooseOperation: (step: Path, at: Path) => void;
  onClose: () => void;
}

interface Widths {
  sample: number;
  result: number;
  sampleFolded: boolean;
  resultFolded: boolean;
  /** Whether lines are drawn; a grid alone is usual, since many lines tangle. */
  lines: boolean;
}

const KEPT = 'towpath.step.panes';
const NARROW_PX = 1280;

function keptWidths(): Widths {
  const usual = {
    sample: 320,
    result: 300,
    sampleFolded: false,
    resultFolded: window.innerWidth < NARROW_PX,
    lines: false,
  };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Widths>) };
  } catch {
    return usual;
  }
}

/** One step in three panes: the sample, what goes where, what comes of it. */
export function StepView({ saver, chooseOperation, onClose }: Props) {
  const editor = useEditor();
  const row = useActiveRow();
  const at = row?.step ?? [];
  const step = useEditorState((state) => get(state.history.document, at));
  const sample = useSample();
  const [items, setItems] = useState<Record<string, number>>({});
  const [round, setRound] = useState(0);
  const [picking, setPicking] = useState(false);
  const [only, setOnly] = useState<Only>('all');
  const [query, setQuery] = useState('');
  const [table, setTable] = useState<string | null>(null);
  const [widths, setWidths] = useState(keptWidths);
  const panes = useRef<HTMLDivElement>(null);
  const target = useRef<Target>(null);
  const own = isMap(step) ? step : undefined;
  const seen = usePreview(own, sample.sample?.chosen, items, round);
  const { preview } = seen;
  const sources = useMemo(
    () => sourcesOf((preview?.scope ?? []) as unknown as { name: string; value: Json }[]),
    [preview],
  );
  const environment = useEnvironmentName();
  const known = useQuery(tablesOf(environment));
  const within = useEditorState((state) => state.within.traffic);
  // A flow that is not in order was not held against events: those of its trigger are told.
  const ofTrigger = useQuery({
    ...triggerTraffic(environment, sample.trigger ?? ''),
    enabled: within === null && sample.trigger !== undefined,
  });
  const traffic = within ?? ofTrigger.data;
  const examples = useExamples(at, own, sample.sample, sources);
  const id = idOf(own);
  const real = useMemo(() => {
    const start = `steps.${id}.`;
    const fields = (traffic?.fields ?? []).map((one) => [one.path, one] as const);
    const formulas = (traffic?.formulas ?? [])
      .filter((one) => one.path.startsWith(start))
      .map((one) => [one.path.slice(start.length), one] as const);
    return { traffic: new Map(fields), formulaTraffic: new Map(formulas) };
  }, [traffic, id]);
  useEffect(() => localStorage.setItem(KEPT, JSON.stringify(widths)), [widths]);

  /** Puts a piece where the cursor was in the field that was written in. */
  const put = (piece: string, back = 0): void => {
    const to = target.current;
    if (!to) {
      editor.say('Choose the field first that it is to go to', 'refused');
      return;
    }
    const value = get(editor.document, [...at, ...to.field]);
    const isList = sources.some((one) => one.path === piece && one.kind === 'list');
    if (to.bind && isList && (shown(value) ?? '') === '') {
      to.bind(piece);
      editor.seal();
      return;
    }
    const text = shown(value) ?? '';
    const { selectionStart = text.length, selectionEnd = text.length } = to.element ?? {};
    const done = insert(text, piece, selectionStart, selectionEnd);
    editor.applyField(setField(editor.document, at, to.field, done.text));
    editor.seal();
    requestAnimationFrame(() => {
      to.element?.focus();
      to.element?.setSelectionRange(done.cursor - back, done.cursor - back);
    });
  };
  const view = useMemo(
    (): Shared => ({
      sources,
      results: seen.results,
      last: seen.last,
      lists: preview?.lists ?? [],
      tables: (known.data?.data ?? []).map((one) => one.name),
      examples,
      ...real,
      only,
      query,
      focus: (to) => {
        target.current = to;
      },
      focusField: (field) => {
        const name = CSS.escape(field.join('.'));
        const input = panes.current?.querySelector<HTMLElement>(`textarea[data-field="${name}"]`);
        requestAnimationFrame(() => input?.focus());
      },
      openTable: setTable,
      stepThrough: (path, item) => setItems((before) => ({ ...before, [path]: item })),
      again: () => setRound((before) => before + 1),
      pickFunction: () => setPicking(true),
    }),
    [sources, seen.results, seen.last, preview, known.data, examples, real, only, query],
  );
  const byField = useMemo(() => formulasByField(seen.results, own), [seen.results, own]);
  const formulas = own ? ownFormulas(own) : [];
  const broken = [...seen.results.values()]
    .filter((one) => one.state === 'error')
    .flatMap((one) => shown(get(own, one.path as unknown as Path)) ?? []);
  if (!row || !own) return null;
  const width = (pane: 'sample' | 'result') => (to: number) =>
    setWidths((all) => ({ ...all, [pane]: to }));
  const fold = (which: 'sampleFolded' | 'resultFolded') => () =>
    setWidths((all) => ({ ...all, [which]: !all[which] }));
  const [left, right] = [
    widths.sampleFolded ? 36 : widths.sample,
    widths.resultFolded ? 36 : widths.result,
  ];
  return (
    <StepViewContext.Provider value={view}>
      <div
        ref={panes}
        tabIndex={-1}
        className={classes.view}
        style={{
          gridTemplateColumns: `${left}px ${widths.lines ? 56 : 5}px minmax(280px, 1fr) 5px ${right}px`,
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          // The first leaves the field, the second the step.
          const input = (event.target as HTMLElement).closest<HTMLElement>('input, textarea');
          if (input) panes.current?.focus();
          else onClose();
        }}
      >
        <section className={classes.pane} aria-label="Sample">
          <header>
            {!widths.sampleFolded && <h2>Sample</h2>}
            <ActionIcon
              variant="subtle"
              aria-label={widths.sampleFolded ? 'Show the sample' : 'Fold the sample'}
              onClick={fold('sampleFolded')}
            >
              {widths.sampleFolded ? <PanelLeftOpen size={15} /> : <PanelLeftClose size={15} />}
            </ActionIcon>
          </header>
          {!widths.sampleFolded && (
            <SamplePane
              sample={sample}
              formulas={formulas}
              isStuck={(preview?.problems.length ?? 0) > 0}
              isBroken={(path) => broken.some((formula) => formula.includes(path))}
              onInsert={put}
            />
          )}
        </section>
        <Edge
          label="Width of the sample"
          width={widths.sample}
          sign={1}
          onWidth={width('sample')}
        />
        <section className={classes.pane} aria-label="Mapping">
          <header>
            <h2>Mapping</h2>
            {preview && <span className={classes.quiet}>{preview.ms} ms</span>}
            <SegmentedControl
              size="xs"
              aria-label="How it is shown"
              data={[
                { value: 'grid', label: 'Grid' },
                { value: 'lines', label: 'Lines' },
              ]}
              value={widths.lines ? 'lines' : 'grid'}
              onChange={(how) => setWidths((all) => ({ ...all, lines: how === 'lines' }))}
            />
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<Sigma size={13} />}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => setPicking(true)}
            >
              Function
            </Button>
            <ActionIcon variant="subtle" aria-label="Back to the canvas" onClick={onClose}>
              <X size={15} />
            </ActionIcon>
          </header>
          <Seek only={only} query={query} onOnly={setOnly} onQuery={setQuery} />
          <div className={`${classes.form ?? ''} ${settings.inPane ?? ''}`}>
            <StepSettings key={row.key} row={row} chooseOperation={chooseOperation} />
          </div>
        </section>
        <Edge
          label="Width of the result"
          width={widths.result}
          sign={-1}
          onWidth={width('result')}
        />
        <section className={classes.pane} aria-label="Result">
          <header>
            {!widths.resultFolded && <h2>Result</h2>}
            <ActionIcon
              variant="subtle"
              aria-label={widths.resultFolded ? 'Show the result' : 'Fold the result'}
              onClick={fold('resultFolded')}
            >
              {widths.resultFolded ? <PanelRightOpen size={15} /> : <PanelRightClose size={15} />}
            </ActionIcon>
          </header>
          {!widths.resultFolded && (
            <ResultPane
              sample={sample}
              saver={saver}
              step={id}
              preview={preview}
              error={seen.error}
            />
          )}
        </section>
        {widths.lines && !widths.sampleFolded && <Lines within={panes} formulas={byField} />}
      </div>
      {picking && (
        <FunctionPicker
          onClose={() => setPicking(false)}
          onPick={(text, back) => {
            setPicking(false);
            put(text, back);
          }}
        />
      )}
      {table !== null && (
        <TableRows
          table={table}
          onClose={() => setTable(null)}
          onStored={() => setRound((before) => before + 1)}
        />
      )}
    </StepViewContext.Provider>
  );
}

/** The formulas of the step's fields, by the place of the field. */
function formulasByField(
  results: Shared['results'],
  step: JsonMap | undefined,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path: turns } of results.values()) {
    const value = get(step, turns as unknown as Path);
    if (isFormula(value)) found.set(turns.map(String).join('.'), value);
  }
  return found;
}
