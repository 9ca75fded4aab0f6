import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

/** A title as an id: `Order to cash` is `order-to-cash`. */
function idOf(title: string): string {
  return title
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
}

/** Names a new flow and opens it. */
export function NewFlow({ taken, onClose }: { taken: ReadonlySet<string>; onClose: () => void }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [own, setOwn] = useState<string | null>(null);
  const id = own ?? idOf(title);
  const wrong = /^[a-z0-9-]{1,64}$/.test(id) ? '' : 'lower-case letters, digits and hyphens';
  const refused = taken.has(id) ? 'another flow has this id' : wrong;
  return (
    <Modal opened onClose={onClose} title="New flow">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (refused) return;
          void navigate({ to: '/flows/$flow', params: { flow: id }, search: { title } });
        }}
      >
        <TextInput
          label="Title"
          data-autofocus
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextInput
          mt="sm"
          label="Id"
          description="It stays, whatever the title becomes."
          value={id}
          error={id !== '' && refused}
          onChange={(event) => setOwn(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={refused !== ''}>
            Begin
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
