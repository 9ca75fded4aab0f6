import { SideBySide } from './SideBySide';
import { type Call, call as callQuery, run as runQuery } from '@/api/runs';
import { duration, short } from '@/lib/time';
import { Button, Group, Modal, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  run: string;
  /** Calls of one step, oldest first. */
  calls: readonly Call[];
  step: string;
  /** The run that this one works again: its attempts at the step can be compared as well. */
  before: string | null | undefined;
}

interface Attempt {
  key: string;
  run: string;
  place: string;
  title: string;
  value: unknown;
}

function attempts(run: string, calls: readonly Call[], whose: string): Attempt[] {
  return calls.map((call, at) => {
    const { started_at: began, ended_at: ended, place } = call;
    const { step, label, kind, status, fault } = call;
    const took = duration(Date.parse(ended) - Date.parse(began));
    const end = call.fault ? call.fault.class.replace('_', ' ') : 'answered';
    return {
      key: `${whose} ${at}`,
      run,
      place,
      title: `${whose}${at + 1}. ${call.label}, ${end}, ${short(new Date(began), new Date())}`,
      value: { step, label, kind, status, fault, took },
    };
  });
}

/** An attempt with what was asked and answered, once that is there. */
function useSaid(attempt: Attempt | undefined, open: boolean): Attempt | undefined {
  const { run = '', place = '' } = attempt ?? {};
  const { data, error } = useQuery({
    ...callQuery(run, place),
    enabled: open && attempt !== undefined,
  });
  if (!attempt || (!data && !error)) return undefined;
  const { input, request, response } = data ?? {};
  return { ...attempt, value: { ...(attempt.value as object), input, request, response } };
}

/** Any two attempts of a step side by side: request, answer, and what else is known of each. */
export function CompareCalls({ run, calls, step, before }: Props) {
  const [open, setOpen] = useState(false);
  const earlier = useQuery({ ...runQuery(before ?? ''), enabled: open && before != null }).data;
  const all = [
    ...attempts(
      before ?? '',
      earlier?.calls.filter((call) => call.step === step) ?? [],
      'Before: ',
    ),
    ...attempts(run, calls, ''),
  ];
  const [pair, setPair] = useState<{ left?: string; right?: string }>({});
  const left = all.find(({ key }) => key === pair.left) ?? all.at(-2) ?? all[0];
  const right = all.find(({ key }) => key === pair.right) ?? all.at(-1);
  const [one, other] = [useSaid(left, open), useSaid(right, open)];
  if (calls.length < 2 && before == null) return null;
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
          {one && other && <SideBySide label="Attempts side by side" left={one} right={other} />}
        </Modal>
      )}
    </>
  );
}
