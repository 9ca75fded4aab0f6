import { moneyOf } from './money';
import { inShort } from './sources';
import { type FieldResult as Result, pathText, type StepView, useStepView } from './view';
import { warningsOf } from './marks';
import type { Json, Path } from '../model/json';
import { useEditorState } from '../store/context';
import { useEnvironmentName } from '@/app/useEnvironment';
import { MissingRow } from '@/components/letters/MissingRow';
import { JsonTree } from '@/components/JsonTree';
import { Button } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import classes from './step.module.css';

/** What a field comes to on the sample; greyed where its formula is unfinished. */
export function FieldResult({ field, text }: { field: Path; text: string }) {
  const view = useStepView();
  if (!view) return null;
  return (
    <>
      <Outcome view={view} field={field} text={text} />
      <InReality view={view} field={field} />
    </>
  );
}

function Outcome({ view, field, text }: { view: StepView; field: Path; text: string }) {
  const path = pathText(field);
  const isFormula = text.startsWith('=') && !text.startsWith('==');
  const result = view.results.get(path);
  if (!result) return null;
  if (result.state === 'error') {
    const last = view.last.get(path);
    const { message, cure } = result.problem ?? { message: 'it comes to nothing', cure: '' };
    return (
      <div className={classes.result} data-state="error">
        {last && <Value result={last} money={null} isOld />}
        <span>
          ✗ {message}
          {cure && `: ${cure}`}
        </span>
        <Missed result={result} />
      </div>
    );
  }
  // A constant that stays as it is needs no second look.
  if (!isFormula && (result.converted?.length ?? 0) === 0) return null;
  return (
    <div className={classes.result} data-state={result.state}>
      <Value result={result} money={moneyOf(view, field, text, result.value as Json)} />
    </div>
  );
}

function Value({
  result,
  money,
  isOld,
}: {
  result: Result;
  /** The amount with its currency, where it is one. */
  money: string | null;
  isOld?: boolean;
}) {
  const value = result.value as Json | undefined;
  const isDeep = typeof value === 'object' && value !== null;
  const converted = (result.converted ?? []).map((made) =>
    String((made as { rule?: unknown }).rule).replaceAll('_', ' '),
  );
  const word =
    result.state === 'missing'
      ? 'nothing: the field is left out'
      : result.state === 'large'
        ? 'too large to be shown'
        : inShort(value ?? null);
  return (
    <div className={classes.value} data-old={isOld || undefined}>
      {isDeep ? (
        <details>
          <summary>{word}</summary>
          <JsonTree value={value} />
        </details>
      ) : (
        <span className="mono">{word}</span>
      )}
      {money && <span className={classes.money}>{money}</span>}
      {isOld && <em>before this</em>}
      {converted.length > 0 && <em>converted: {converted.join(', ')}</em>}
    </div>
  );
}

/** What real events would have come to in the field, where that is worth a look. */
function InReality({ view, field }: { view: StepView; field: Path }) {
  const events = useEditorState((state) => state.within.traffic?.events ?? 0);
  const said = warningsOf(view.formulaTraffic.get(pathText(field)), events);
  if (said.length === 0) return null;
  return (
    <p className={classes.real}>
      <TriangleAlert size={12} aria-label="Real events:" /> {said.join('; ')}
    </p>
  );
}

interface Met {
  kind?: string;
  table?: string;
  key?: string;
  value?: unknown;
}

/** A lookup row that is missing is filled in here. */
function Missed({ result }: { result: Result }) {
  const environment = useEnvironmentName();
  const view = useStepView();
  const [open, setOpen] = useState(false);
  const met = (result.met as Met[]).find((one) => one.kind === 'lookup' && one.value == null);
  if (result.problem?.code !== 'missing_row' || !met?.table || met.key === undefined) return null;
  if (!open) {
    return (
      <Button variant="default" size="compact-xs" onClick={() => setOpen(true)}>
        Add the row “{met.key}” to {met.table}
      </Button>
    );
  }
  return (
    <MissingRow
      environment={environment}
      table={met.table}
      rowKey={met.key}
      waiting={0}
      onStored={() => {
        setOpen(false);
        view?.again();
      }}
    />
  );
}
