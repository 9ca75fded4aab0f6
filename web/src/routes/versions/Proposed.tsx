import type { Proposal } from '@/api/versions';
import { LinkButton } from '@/components/LinkButton';
import { Button, Group, Modal } from '@mantine/core';

/** Says that an act waits for a second person. */
export function Proposed({ proposal, onClose }: { proposal: Proposal; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="It waits for a second person" centered>
      The rules of this server want another account to approve it. It is proposed as{' '}
      <span className="mono">{proposal.id}</span>; nothing is changed before then.
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <LinkButton to="/settings">See proposals</LinkButton>
      </Group>
    </Modal>
  );
}
