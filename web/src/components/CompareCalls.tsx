import { ErrorView } from './ErrorView';
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
  title: string;
  run: string;
  call: Call;
}

function attempts(run: string, calls: readonly Call[], whose: string): Attempt[] {
  return calls.map((call, at) => {
    const end = call.fault ? call.fault.class.replace('_', ' ') : 'answered';
    const began = short(new Date(call.started_at), new Date());
    const title = `${whose}${at + 1}. ${call.label}, ${end}, ${began}`;
    return { key: `${run} ${call.place}`, title, run, call };
  });
}

/** Any two attempts of a step side by side: request, answer, and what else is known of each. */
export function CompareCalls({ run, calls, step, before }: Props) {
  const [open, setOpen] = useState(false);
  const earlier = useQuery({ ...runQuery(before ?? ''), enabled: open && before != null }).data;
  const [pair, setPair] = useState<{ left?: string; right?: string }>({});
  if (calls.length < 2 && before == null) return null;
  const own = earlier?.calls.filter((call) => call.step === step) ?? [];
  const all = [...attempts(before ?? '', own, 'Before: '), ...attempts(run, calls, '')];
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
          {left && right && <Two left={left} right={right} />}
        </Modal>
      )}
    </>
  );
}

function Two({ left, right }: { left: Attempt; right: Attempt }) {
  const [one, other] = [useSaid(left), useSaid(right)];
  const error = one.error ?? other.error;
  return (
    <>
      {error && <ErrorView error={error} inline />}
      <SideBySide
        label="Attempts side by side"
        left={{ title: left.title, value: one.value }}
        right={{ title: right.title, value: other.value }}
      />
    </>
  );
}

/** What is known of an attempt, with what was asked and answered where that was kept. */
function useSaid({ run, call }: Attempt): { value: unknown; error: unknown } {
  const kept = useQuery({ ...callQuery(run, call.place), enabled: call.kept });
  const { label, kind, status, fault, started_at: began, ended_at: ended } = call;
  const took = duration(Date.parse(ended) - Date.parse(began));
  const { input, request, response } = kept.data ?? {};
  const value = { label, kind, status, fault, took, input, request, response };
  return { value, error: kept.error };
}
