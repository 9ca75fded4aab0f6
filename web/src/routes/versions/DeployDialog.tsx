import { Changes } from './Changes';
import { DeployWaiting } from './DeployWaiting';
import { Proposed } from './Proposed';
import {
  type Preview,
  type Proposal,
  type Target,
  type Waiting,
  deploy,
  preview,
} from '@/api/versions';
import { Confirm } from '@/components/Confirm';
import { ErrorView } from '@/components/ErrorView';
import { Message } from '@/components/Message';
import { Button, Checkbox, Group, Modal, Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import classes from './DeployDialog.module.css';

export interface Asked {
  /** Of the environment that it goes to. */
  kind: string;
  target: Target;
}

interface Props {
  flow: string;
  asked: Asked;
  onClose: () => void;
}

/** Shows what would come of a deployment, what stands in its way, and asks for the reason. */
export function DeployDialog({ flow, asked, onClose }: Props) {
  const client = useQueryClient();
  const [target, setTarget] = useState(asked.target);
  const { data, error } = useQuery(preview(flow, target));
  const [waiting, setWaiting] = useState<Waiting>('finish');
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const to = 'from' in target ? target.to : target.environment;
  if (proposal) return <Proposed proposal={proposal} onClose={onClose} />;
  if (!data) {
    return (
      <Modal opened onClose={onClose} title={`Deploy to ${to}`} centered>
        {error ? <ErrorView error={error} inline /> : <Skeleton height={120} />}
      </Modal>
    );
  }
  const { data: seen, tag } = data;
  const accept = (table: string, is: boolean) =>
    'from' in target &&
    setTarget({
      ...target,
      accept: is ? [...target.accept, table] : target.accept.filter((one) => one !== table),
    });
  const body = (
    <>
      {seen.former ? (
        <>
          <p className={classes.line}>
            In force is version {seen.former.version}. Version {seen.version} changes:
          </p>
          <Changes flow={flow} from={String(seen.former.version)} to={String(seen.version)} />
        </>
      ) : (
        <p className={classes.line}>Nothing of this flow is in force in {to} yet.</p>
      )}
      <Lacks seen={seen} target={target} onAccept={accept} />
      {seen.waiting.count > 0 && (
        <DeployWaiting
          value={waiting}
          onChange={setWaiting}
          about={`${seen.waiting.count} wait, ${seen.waiting.movable} of them can be moved`}
        />
      )}
    </>
  );
  if (!seen.ok || seen.in_force) {
    return (
      <Modal opened onClose={onClose} title={`Deploy version ${seen.version} to ${to}`} centered>
        {body}
        {seen.in_force && <p className={classes.line}>This version is in force there already.</p>}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
        </Group>
      </Modal>
    );
  }
  return (
    <Confirm
      title={`Deploy version ${seen.version} to ${to}`}
      act={seen.second_person ? 'Propose it' : `Deploy ${seen.version} to ${to}`}
      reason="Why"
      typed={asked.kind === 'live' ? flow : undefined}
      onAct={async (reason) => {
        const done = await deploy(flow, target, tag ?? '', { reason, waiting });
        await client.invalidateQueries();
        if (!('state' in done)) return 'closed';
        setProposal(done);
        return 'stay';
      }}
      onClose={onClose}
    >
      {body}
    </Confirm>
  );
}

interface LacksProps {
  seen: Preview;
  target: Target;
  onAccept: (table: string, is: boolean) => void;
}

/** What is not there in the environment, and what is different in it. */
function Lacks({ seen, target, onAccept }: LacksProps) {
  const mayAccept = 'from' in target;
  // What is not bound is a problem as well, with the same sentence.
  const told = new Set(seen.unbound.map(({ sentence }) => sentence));
  const others = seen.problems.filter(({ message }) => !told.has(message));
  return (
    <>
      {(seen.unbound.length > 0 || seen.problems.length > 0) && (
        <ul className={classes.list} data-tone={seen.ok ? undefined : 'bad'}>
          {seen.unbound.map((one) => (
            <li key={`${one.kind} ${one.name}`}>
              <strong>
                <Message text={one.sentence} />
              </strong>
              : <Message text={one.cure} />
              {mayAccept && one.kind === 'rows' && (
                <Checkbox
                  size="xs"
                  mt={4}
                  label="It is so on purpose"
                  checked={target.accept.includes(one.name)}
                  onChange={(event) => onAccept(one.name, event.currentTarget.checked)}
                />
              )}
            </li>
          ))}
          {others.map((one) => (
            <li key={`${one.path} ${one.code} ${one.message}`}>
              <span className="mono">{one.path}</span>{' '}
              <Message text={`${one.message}: ${one.cure}`} />
            </li>
          ))}
        </ul>
      )}
      {seen.differs.length > 0 && (
        <ul className={classes.list}>
          {seen.differs.map((one) => (
            <li key={`${one.kind} ${one.name}`}>{one.sentence}</li>
          ))}
        </ul>
      )}
    </>
  );
}
