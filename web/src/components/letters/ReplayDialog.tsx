import type { Replay } from '@/api/runs';
import { Confirm } from '@/components/Confirm';
import { Radio, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';

const CHOICES: readonly { value: string; label: string; about: string; how: Replay }[] = [
  {
    value: 'step',
    label: 'From the failed step, on the version that failed',
    about: 'Finished steps are kept; the reads that the failed step needs are asked again.',
    how: {},
  },
  {
    value: 'start',
    label: 'From the first step, on the version that failed',
    about: 'All reads are asked again and all formulas worked again.',
    how: { from_start: true },
  },
  {
    value: 'newest',
    label: 'From the first step, on the current version',
    about: 'For after the flow was corrected: as if the event came in now.',
    how: { newest: true },
  },
];

interface Props {
  title: string;
  /** Names the act: `Retry 14, EUR 8,310.00`. */
  act: string;
  children?: ReactNode;
  /** What must be typed first: the flow, where real money moves. */
  typed?: string | undefined;
  onReplay: (how: Replay) => Promise<unknown>;
  onClose: () => void;
}

/** Asks how a run is worked again: where from, and on which version. */
export function ReplayDialog({ title, act, children, typed, onReplay, onClose }: Props) {
  const [choice, setChoice] = useState('step');
  return (
    <Confirm
      title={title}
      act={act}
      typed={typed}
      onAct={() => onReplay(CHOICES.find(({ value }) => value === choice)?.how ?? {})}
      onClose={onClose}
    >
      {children}
      <Radio.Group value={choice} onChange={setChoice} aria-label="How it is worked again">
        <Stack gap="xs">
          {CHOICES.map(({ value, label, about }) => (
            <Radio key={value} value={value} label={label} description={about} size="xs" />
          ))}
        </Stack>
      </Radio.Group>
      <p style={{ color: 'var(--ink-2)', margin: '0.75rem 0 0' }}>
        Nothing posts twice: each write has an identity, and one that is confirmed is met, not made
        again.
      </p>
    </Confirm>
  );
}
