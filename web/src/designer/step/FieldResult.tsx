import { inShort } from './sources';
import { type FieldResult as Result, pathText, useStepView } from './view';
import type { Json, Path } from '../model/json';
import { useEnvironmentName } from '@/app/useEnvironment';
import { MissingRow } from '@/components/letters/MissingRow';
import { JsonTree } from '@/components/JsonTree';
import { Button } from '@mantine/core';
import { useState } from 'react';
import classes from './step.module.css';

/** What a field comes to on the sample; greyed where its formula is unfinished. */
export function FieldResult({ field, isFormula }: { field: Path; isFormula: boolean }) {
  const view = useStepView();
  const path = pathText(field);
  const result = view?.results.get(path);
  if (!view || !result) return null;
  if (result.state === 'error') {
    const last = view.last.get(path);
    return (
      <div className={classes.result} data-state="error">
        {last && <Value result={last} isOld />}
        <span>✗ {result.problem?.message}</span>
        <Missed result={result} />
      </div>
    );
  }
  // A constant that stays as it is needs no second look.
  if (!isFormula && result.converted?.length === 0) return null;
  if (!isFormula && !result.converted) return null;
  return (
    <div className={classes.result} data-state={result.state}>
      <Value result={result} />
    </div>
  );
}

function Value({ result, isOld }: { result: Result; isOld?: boolean }) {
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
      {isOld && <em>before this</em>}
      {converted.length > 0 && <em>converted: {converted.join(', ')}</em>}
    </div>
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
