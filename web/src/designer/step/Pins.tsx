import type { useSample } from './useSample';
import { wrongName } from '../model/edit';
import { useEditor, useEditorState } from '../store/context';
import type { Saver } from '../store/saver';
import { useEnvironmentName } from '@/app/useEnvironment';
import { pin, runSamples } from '@/api/samples';
import { ErrorView } from '@/components/ErrorView';
import { State } from '@/components/State';
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './step.module.css';

interface Props {
  sample: ReturnType<typeof useSample>;
  saver: Saver;
  /** Whether a pin asks the connected systems, as the dry run beside it does. */
  isLive: boolean;
}

/** The samples beside the flow, worked anew whenever the flow has changed; and one more made of the present one. */
export function Pins({ sample, saver, isLive }: Props) {
  const editor = useEditor();
  const checked = useEditorState((state) => state.checked);
  const server = useEditorState((state) => state.server);
  const [isPinning, setPinning] = useState(false);
  const { pinned } = sample;
  const worked = useQuery({
    queryKey: ['samples', 'run', editor.flow, checked?.text, pinned],
    enabled: checked !== null && pinned.length > 0,
    queryFn: ({ signal }) => runSamples(editor.flow, checked?.text ?? '', [...pinned], signal),
    placeholderData: (before) => before,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const broken = worked.data?.filter((one) => !one.passed).length ?? 0;
  return (
    <section aria-label="Pinned samples">
      <h3 className={classes.section}>
        Pinned samples{' '}
        {worked.data && (
          <State
            state={broken > 0 ? 'failed' : 'done'}
            word={
              broken > 0
                ? `${broken} of ${worked.data.length} not as expected`
                : `${worked.data.length} as expected`
            }
          />
        )}
      </h3>
      {broken > 0 && <p className={classes.quiet}>The flow is not published while one is not.</p>}
      {worked.error && <ErrorView error={worked.error} inline />}
      <ul className={classes.steps}>
        {(worked.data ?? []).map((one) => (
          <li key={one.sample}>
            <details open={!one.passed}>
              <summary>
                <State
                  state={one.passed ? 'done' : 'failed'}
                  word={one.passed ? 'as expected' : 'differs'}
                />{' '}
                <span className="mono">{one.sample}</span>
              </summary>
              {one.passed && <p className={classes.quiet}>It ends {one.state}.</p>}
              {[...one.differences, ...one.problems.map((each) => each.message)].map((sentence) => (
                <p key={sentence} className={classes.wrong}>
                  {sentence}
                </p>
              ))}
            </details>
          </li>
        ))}
      </ul>
      <Button
        variant="default"
        size="compact-sm"
        disabled={!sample.sample?.chosen || !checked || !server}
        onClick={() => setPinning(true)}
      >
        Pin the present sample
      </Button>
      {isPinning && (
        <NewPin sample={sample} saver={saver} isLive={isLive} onClose={() => setPinning(false)} />
      )}
    </section>
  );
}

function NewPin({ sample, saver, isLive, onClose }: Props & { onClose: () => void }) {
  const editor = useEditor();
  const client = useQueryClient();
  const environment = useEnvironmentName();
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const wrong = id === '' ? null : wrongName(id.replaceAll('-', '_'));
  const make = useMutation({
    mutationFn: async () => {
      const made = await pin(environment, {
        document: editor.get().checked?.text ?? '',
        id,
        title: title.trim() || undefined,
        trigger: sample.trigger,
        chosen: sample.sample?.chosen ?? { body: {} },
        isLive,
      });
      await saver.pin([...sample.pinned, made.sample]);
      await client.invalidateQueries({ queryKey: ['samples', editor.flow] });
      return made;
    },
    onSuccess: ({ effects, state }) => {
      editor.say(`Pinned ${id}: it ends ${state} with ${effects} changes`);
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Pin the present sample">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (id !== '' && wrong === null) make.mutate();
        }}
      >
        <p className={classes.quiet}>
          It stands beside the flow from now on, with what comes of it today as what is expected. It
          is worked with every change, and before the flow is published.
        </p>
        <TextInput
          mt="sm"
          label="Id"
          placeholder="guest-pays-by-card"
          data-autofocus
          value={id}
          error={wrong && 'use lower-case letters, digits and hyphens, beginning with a letter'}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <TextInput
          mt="sm"
          label="What it shows"
          placeholder="A guest pays by card"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        {make.error && <ErrorView error={make.error} inline />}
        <Button
          mt="md"
          type="submit"
          disabled={id === '' || wrong !== null}
          loading={make.isPending}
        >
          Pin it
        </Button>
      </form>
    </Modal>
  );
}
