import { event } from '@/api/events';
import { run as runQuery } from '@/api/runs';
import { Panel } from '@/components/Panel';
import { SideBySide } from '@/components/SideBySide';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

interface Props {
  /** The run that is worked again. */
  before: string;
  /** The event of the run that works it again. */
  now: string;
}

/** What a person changed before a run was worked again: the payload as it was received, and as it was
 * resent. */
export function WhatChanged({ before, now }: Props) {
  const first = useQuery(runQuery(before)).data;
  const isOther = first !== undefined && first.event !== now;
  const was = useQuery({ ...event(first?.event ?? ''), enabled: isOther }).data;
  const is = useQuery({ ...event(now), enabled: isOther }).data;
  if (!isOther || !was || !is) return null;
  return (
    <Panel
      title="The payload was edited"
      aside={
        <Link to="/events/$event" params={{ event: first.event }}>
          As it was received
        </Link>
      }
    >
      <SideBySide
        label="Edited payload"
        left={{ title: 'Received', value: was.payload }}
        right={{ title: 'Resent', value: is.payload }}
        onlyDifferences
      />
    </Panel>
  );
}
