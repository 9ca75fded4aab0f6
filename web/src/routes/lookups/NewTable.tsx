import { ColumnsForm } from './ColumnsForm';
import { useNavigate } from '@tanstack/react-router';
import { Modal, TextInput } from '@mantine/core';
import { useState } from 'react';

interface Props {
  environment: string | undefined;
  onClose: () => void;
}

/** A new table: its name and what its rows are made of. */
export function NewTable({ environment, onClose }: Props) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  return (
    <Modal opened onClose={onClose} title="New lookup table" size="lg" centered>
      <TextInput
        label="Name"
        description="As formulas say it: lookup('name', key)."
        withAsterisk
        data-autofocus
        mb="sm"
        value={name}
        onChange={(event) => setName(event.currentTarget.value.trim())}
      />
      <ColumnsForm
        environment={environment}
        table={name}
        given={{ kind: 'rows', keys: [{ name: 'key' }], columns: [{ name: 'value' }] }}
        act="Make table"
        onClose={onClose}
        onStored={() => void navigate({ to: '/lookups/$table', params: { table: name } })}
      />
    </Modal>
  );
}
