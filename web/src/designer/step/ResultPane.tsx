import type { useSample } from './useSample';
import { useEditorState } from '../store/context';
import { useEnvironmentName } from '@/app/useEnvironment';
import { dryRun, type Preview } from '@/api/preview';
import { ErrorView } from '@/components/ErrorView';
import { JsonTree } from '@/components/JsonTree';
import { State } from '@/components/State';
import { TraceView } from '@/components/TraceView';
import { Button, Group, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  sample: ReturnType<typeof useSample>['sample'];
  step: string;
  preview: Preview | null;
  error: unknown;
}

/** What the flow would do on the sample. Nothing is sent. */
export function ResultPane({ sample, step, preview, error }: Props) {
  const environment = useEnvironmentName();
  const checked = useEditorState((state) => state.checked);
  const document = useEditorState((state) => state.history.document);
  const [isLive, setLive] = useState(false);
  const run = useMutation({
    mutationFn: (until: string | undefined) =>
      dryRun(environment, checked?.text ?? '', sample?.chosen ?? { body: {} }, until, isLive),
  });
  const isReady = sample?.chosen != null && checked?.document === document;
  return (
    <div className={classes.results}>
      <Group gap="xs">
        <Button
          size="compact-sm"
          disabled={!isReady}
          loading={run.isPending}
          onClick={() => run.mutate(step)}
        >
          Dry run up to here
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={!isReady || run.isPending}
          onClick={() => run.mutate(undefined)}
        >
          Whole flow
        </Button>
      </Group>
      <Switch
        size="xs"
        label="Ask the connected systems what they have"
        checked={isLive}
        onChange={(event) => setLive(event.currentTarget.checked)}
      />
      <p className={classes.quiet}>No write is sent: what would be sent is shown.</p>
      {error !== null && error !== undefined && <ErrorView error={error} />}
      {preview && preview.problems.length > 0 && (
        <div className={classes.notice}>
          <strong>The steps before this one are not in order</strong>
          {preview.problems.slice(0, 3).map((one) => (
            <p key={one.path + one.code}>
              {one.message}: {one.cure}
            </p>
          ))}
        </div>
      )}
      {preview && preview.doubts.length > 0 && (
        <div className={classes.notice}>
          <strong>On this sample a run would not come here</strong>
          {preview.doubts.map((one) => (
            <p key={one}>{one}</p>
          ))}
        </div>
      )}
      {run.error && <ErrorView error={run.error} />}
      {run.data && (
        <>
          <TraceView trace={upTo(run.data)} failed={step} />
          <h3 className={classes.section}>Steps</h3>
          <ol className={classes.steps}>
            {run.data.steps.map((one) => (
              <li key={one.at}>
                <details open={one.problem != null}>
                  <summary>
                    <State state={one.state} word={one.state} />{' '}
                    <span className="mono">{one.at}</span>
                    {one.origin === 'invented' && <em>made up from the schema</em>}
                  </summary>
                  {one.problem && (
                    <p className={classes.wrong}>
                      {one.problem.message}: {one.problem.cure}
                    </p>
                  )}
                  {one.input !== undefined && <JsonTree value={{ input: one.input }} />}
                  {one.output !== undefined && <JsonTree value={{ output: one.output }} />}
                </details>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

/** To come as far as was asked for is to go through. */
function upTo<T extends { state: string }>(trace: T): T {
  return trace.state === 'reached' ? { ...trace, state: 'done' } : trace;
}
