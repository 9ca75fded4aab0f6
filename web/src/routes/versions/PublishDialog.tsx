import { Changes } from './Changes';
import { Proposed } from './Proposed';
import { type Proposal, publish } from '@/api/versions';
import type { components } from '@/api/schema';
import { Confirm } from '@/components/Confirm';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

interface Props {
  flow: string;
  latest: number | undefined;
  draft: { data: components['schemas']['DraftOut']; tag: string | null };
  onClose: () => void;
}

/** Asks for the reason and makes the draft a version. */
export function PublishDialog({ flow, latest, draft, onClose }: Props) {
  const client = useQueryClient();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  // The tag of what is shown: a draft that is saved meanwhile is not published unseen.
  const [{ data, tag }] = useState(draft);
  if (proposal) return <Proposed proposal={proposal} onClose={onClose} />;
  const errors = data.problems.filter(({ severity }) => severity === 'error');
  return (
    <Confirm
      title="Publish the draft"
      act={`Publish as version ${(latest ?? 0) + 1}`}
      reason="Why it is changed"
      blocked={errors.length > 0}
      onAct={async (reason) => {
        const done = await publish(flow, tag ?? '', reason);
        await client.invalidateQueries();
        if (!('state' in done)) return 'closed';
        setProposal(done);
        return 'stay';
      }}
      onClose={onClose}
    >
      {latest === undefined ? (
        'It becomes the first version. Nothing runs on it before it is deployed.'
      ) : (
        <Changes flow={flow} from={String(latest)} to="draft" />
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map((problem) => (
            <li key={`${problem.path} ${problem.code}`}>
              <span className="mono">{problem.path}</span> {problem.message}: {problem.cure}
            </li>
          ))}
        </ul>
      )}
    </Confirm>
  );
}
