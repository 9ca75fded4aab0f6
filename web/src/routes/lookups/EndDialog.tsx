import { type RowKey, endRow, keyText } from '@/api/lookups';
import { Confirm } from '@/components/Confirm';
import { isoDay } from '@/lib/time';
import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  environment: string | undefined;
  table: string;
  rowKey: RowKey;
  onClose: () => void;
}

/** Asks from which day on a row no longer holds. */
export function EndDialog({ environment, table, rowKey, onClose }: Props) {
  const client = useQueryClient();
  const [from, setFrom] = useState(() => isoDay(new Date()));
  return (
    <Confirm
      title={`End ${keyText(rowKey)}`}
      act={`End it from ${from}`}
      danger
      onAct={async () => {
        await endRow(environment, table, rowKey, from);
        await client.invalidateQueries({ queryKey: ['lookups'] });
      }}
      onClose={onClose}
    >
      From that day on nothing is found under this key. Earlier days, and the row's history, stay.
      <TextInput
        mt="sm"
        label="First day without it"
        type="date"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
    </Confirm>
  );
}
