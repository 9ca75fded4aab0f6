import { SideBySide } from './SideBySide';
import { type Call, run as runQuery } from '@/api/runs';
import { duration, short } from '@/lib/time';
import { Button, Group, Modal, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  /** Calls of one step, oldest first. */
  calls: readonly Call[];
  step: string;
  /** The run that this one works again: its attempts at the step can be compared as well. */
  before: string | null | undefined;
}

interface Attempt {
  key: string;
  title: string;
  value: unknown;
}

function attempts(calls: readonly Call[], whose: string): Attempt[] {
  return calls.map((call, at) => {
    const { started_at: began, ended_at: ended, ...rest } = call;
    const took = duration(Date.parse(ended) - Date.parse(began));
    const end = call.fault ? call.fault.class.replace('_', ' ') : 'answered';
    return {
      key: `${whose} ${at}`,
      title: `${whose}${at + 1}. ${call.label}, ${end}, ${short(new Date(began), new Date())}`,
      value: { ...rest, took },
    };
  });
}

/** Any two attempts of a step side by side: request, answer, and what else is known of each. */
export function CompareCalls({ calls, step, before }: Props) {
  const [open, setOpen] = useState(false);
  const earlier = useQuery({ ...runQuery(before ?? ''), enabled: open && before != null }).data;
  const all = [
    ...attempts(earlier?.calls.filter((call) => call.step === step) ?? [], 'Before: '),
    ...attempts(calls, ''),
  ];
  const [pair, setPair] = useState<{ left?: string; right?: string }>({});
  if (calls.length < 2 && before == null) return null;
  const left = all.find(({ key }) => key === pair.left) ?? all.at(-2) ?? all[0];
  const right = all.find(({ key }) => key === pair.right) ?? all.at(-1);
  const options = all.map(({ key, title }) => ({ value: key, label: title }));
  return (
    <>
      <Button variant="default" size="compact-xs" mt={6} onClick={() => setOpen(true)}>
        Compare two attempts
      </Button>
      {open && (
        <Modal opened onClose={() => setOpen(false)} title={`Attempts of ${step}`} size="70rem">
          <Group grow mb="sm">
            <Select
              label="One"
              data={options}
              value={left?.key ?? null}
              onChange={(key) => setPair({ ...pair, left: key ?? '' })}
              allowDeselect={false}
            />
            <Select
              label="Other"
              data={options}
              value={right?.key ?? null}
              onChange={(key) => setPair({ ...pair, right: key ?? '' })}
              allowDeselect={false}
            />
          </Group>
          {left && right && <SideBySide label="Attempts side by side" left={left} right={right} />}
        </Modal>
      )}
    </>
  );
}
