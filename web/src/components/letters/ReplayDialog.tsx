import { type Choice, type Replay, choices } from '@/api/runs';
import { Confirm } from '@/components/Confirm';
import { ErrorView } from '@/components/ErrorView';
import { Radio, Skeleton, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import classes from './ReplayDialog.module.css';

/** What becomes of a step, in words. */
const FATES: Record<string, string> = {
  kept: 'Kept',
  again: 'Again',
  first: 'Worked',
};

interface Props {
  title: string;
  /** Names the act: `Retry 14, EUR 8,310.00`. */
  act: string;
  /** Whose steps are told: the run, or of a group the oldest. */
  run: string;
  /** Whether `run` stands for a group. */
  isGroup?: boolean;
  children?: ReactNode;
  /** What must be typed first: the flow, where real money moves. */
  typed?: string | undefined;
  onReplay: (how: Replay) => Promise<unknown>;
  onClose: () => void;
}

const keyOf = ({ from_start, newest }: Choice) =>
  `${from_start ? 'start' : 'step'} ${newest ? 'newest' : 'own'}`;

function words(choice: Choice): string {
  const where = choice.from_start ? 'From the first step' : 'From the failed step';
  const version = choice.version == null ? '' : ` ${choice.version}`;
  return choice.newest
    ? `${where}, on the current version${version}`
    : `${where}, on the version that failed${version && `,${version}`}`;
}

function about(choice: Choice): string {
  if (choice.refused) return choice.refused;
  if (!choice.from_start) {
    return 'What is done is kept; the reads that the failed step needs are asked again.';
  }
  return choice.newest
    ? 'For after the flow was corrected: as if the event came in now.'
    : 'All reads are asked again and all formulas worked again.';
}

/** Asks how a run is worked again: where from, on which version; and says what that does. */
export function ReplayDialog(props: Props) {
  const { title, act, run, isGroup, children, typed, onReplay, onClose } = props;
  const { data, error, refetch } = useQuery(choices(run));
  const [key, setKey] = useState('step own');
  const [reason, setReason] = useState('');
  const chosen = data?.data.find((choice) => keyOf(choice) === key);
  return (
    <Confirm
      title={title}
      act={act}
      typed={typed}
      size="lg"
      blocked={!chosen || chosen.refused != null}
      onAct={() =>
        onReplay({
          from_start: chosen?.from_start ?? false,
          newest: chosen?.newest ?? false,
          ...(reason.trim() ? { reason: reason.trim() } : {}),
        })
      }
      onClose={onClose}
    >
      {children}
      {error && <ErrorView error={error} retry={() => void refetch()} inline />}
      {!data && !error && <Skeleton height={180} />}
      {data && (
        <Radio.Group value={key} onChange={setKey} aria-label="How it is worked again">
          <Stack gap="xs">
            {data.data.map((choice) => (
              <Radio
                key={keyOf(choice)}
                value={keyOf(choice)}
                label={words(choice)}
                description={about(choice)}
                disabled={choice.refused != null}
                size="xs"
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {chosen && !chosen.refused && (
        <div className={classes.fates} role="region" aria-label="What is done" tabIndex={0}>
          <h3>
            {isGroup ? 'What is done with the oldest, step by step' : 'What is done, step by step'}
          </h3>
          <ol>
            {chosen.steps.map((step) => (
              <li key={step.id} data-fate={step.fate}>
                <span className="mono">{step.id}</span>
                <strong>{FATES[step.fate] ?? step.fate}</strong>
                <span>{step.safety}</span>
              </li>
            ))}
          </ol>
          {chosen.more > 0 && <p>and {chosen.more} further steps</p>}
        </div>
      )}
      <TextInput
        mt="sm"
        size="xs"
        label="Why (may be left out; kept in the audit trail)"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
