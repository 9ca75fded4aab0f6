import { Pins } from './Pins';
import type { useSample } from './useSample';
import { useEditorState } from '../store/context';
import type { Saver } from '../store/saver';
import { useEnvironment } from '@/app/useEnvironment';
import { dryRun, type Preview } from '@/api/preview';
import { ErrorView } from '@/components/ErrorView';
import { JsonTree } from '@/components/JsonTree';
import { Message } from '@/components/Message';
import { State } from '@/components/State';
import { TraceView } from '@/components/TraceView';
import { Button, Group, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  sample: ReturnType<typeof useSample>;
  saver: Saver;
  step: string;
  preview: Preview | null;
  error: unknown;
}

/** How much of the flow is worked. */
type How = 'step' | 'upto' | 'whole';

/** What the flow would do on the sample. Nothing is sent. */
export function ResultPane({ sample: given, saver, step, preview, error }: Props) {
  const { sample } = given;
  const { current } = useEnvironment();
  const checked = useEditorState((state) => state.checked);
  const document = useEditorState((state) => state.history.document);
  const [isLive, setLive] = useState(false);
  const run = useMutation({
    mutationFn: async (how: How) => {
      const until = how === 'whole' ? undefined : step;
      const chosen = sample?.chosen ?? { body: {} };
      const trace = await dryRun(current?.name, checked?.text ?? '', chosen, until, isLive);
      return how === 'step' ? only(trace, step) : trace;
    },
  });
  const isReady = sample?.chosen != null && checked?.document === document;
  return (
    <div className={classes.results}>
      <Group gap="xs">
        <Button
          size="compact-sm"
          disabled={!isReady}
          loading={run.isPending}
          onClick={() => run.mutate('upto')}
        >
          Dry run up to here
        </Button>
        {(['step', 'whole'] as const).map((how) => (
          <Button
            key={how}
            size="compact-sm"
            variant="default"
            disabled={!isReady || run.isPending}
            onClick={() => run.mutate(how)}
          >
            {how === 'step' ? 'This step' : 'Whole flow'}
          </Button>
        ))}
      </Group>
      <Switch
        size="xs"
        label="Ask the connected systems what they have"
        checked={isLive}
        onChange={(event) => setLive(event.currentTarget.checked)}
      />
      <p className={classes.quiet}>
        {current?.kind === 'live'
          ? `In ${current.name} a dry run is the only kind of test: no write is sent, what would be sent is shown.`
          : 'No write is sent: what would be sent is shown.'}
      </p>
      {error !== null && error !== undefined && <ErrorView error={error} />}
      {preview && preview.problems.length > 0 && (
        <div className={classes.notice}>
          <strong>The steps before this one are not in order</strong>
          {preview.problems.slice(0, 3).map((one) => (
            <p key={one.path + one.code}>
              <Message text={`${one.message}: ${one.cure}`} />
            </p>
          ))}
        </div>
      )}
      {preview && preview.doubts.length > 0 && (
        <div className={classes.notice}>
          <strong>On this sample a run would not come here</strong>
          {preview.doubts.map((one) => (
            <p key={one}>
              <Message text={one} />
            </p>
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
                      <Message text={`${one.problem.message}: ${one.problem.cure}`} />
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
      <Pins sample={given} saver={saver} isLive={isLive} />
    </div>
  );
}

/** Only what the step itself would do; the steps before it are worked all the same. */
function only<T extends { steps: { id: string }[]; effects: { step: string }[] }>(
  trace: T,
  step: string,
): T {
  return {
    ...trace,
    steps: trace.steps.filter((one) => one.id === step),
    effects: trace.effects.filter((one) => one.step === step),
  };
}

/** To come as far as was asked for is to go through. */
function upTo<T extends { state: string }>(trace: T): T {
  return trace.state === 'reached' ? { ...trace, state: 'done' } : trace;
}
