import { decide, proposals } from '@/api/access';
import type { Proposal } from '@/api/versions';
import { Confirm } from '@/components/Confirm';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Changes } from '@/routes/versions/Changes';
import { Button, Group } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** What one person proposed and another decides. */
export function Proposals() {
  const client = useQueryClient();
  const list = useQuery(proposals);
  const [asked, setAsked] = useState<{ verdict: 'approve' | 'reject'; of: Proposal } | null>(null);
  return (
    <Panel title="Proposals" flush={(list.data?.data.length ?? 0) > 0}>
      <RowList
        label="Proposals"
        list={list}
        rows={list.data?.data}
        rowKey={(one) => one.id}
        empty="None. What the rules below want a second person for waits here."
        columns={[
          { id: 'state', title: 'State', cell: (one) => <State state={one.state} /> },
          {
            id: 'what',
            title: 'What',
            cell: (one) =>
              `${one.kind} ${one.flow}${one.environment ? ` to ${one.environment}` : ''}`,
          },
          { id: 'reason', title: 'Why', from: 768, cell: (one) => one.reason },
          {
            id: 'by',
            title: 'Proposed by',
            from: 600,
            cell: (one) => (
              <>
                {one.proposed_by}, <Time at={one.proposed_at} />
              </>
            ),
          },
          {
            id: 'decided',
            title: 'Decided by',
            from: 1024,
            cell: (one) =>
              one.decided_by && `${one.decided_by}: ${one.outcome ?? one.decision ?? ''}`,
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (one) =>
              one.state === 'open' && (
                <Group gap="xs" justify="flex-end">
                  <Button
                    size="compact-xs"
                    onClick={() => setAsked({ verdict: 'approve', of: one })}
                  >
                    Approve
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => setAsked({ verdict: 'reject', of: one })}
                  >
                    Reject
                  </Button>
                </Group>
              ),
          },
        ]}
      />
      {asked && (
        <Confirm
          title={`${asked.verdict === 'approve' ? 'Approve' : 'Reject'}: ${asked.of.kind} ${asked.of.flow}`}
          act={asked.verdict === 'approve' ? 'Approve and do it' : 'Reject it'}
          danger={asked.verdict === 'reject'}
          reason="Why"
          onAct={async (reason) => {
            await decide(asked.of.id, asked.verdict, reason);
            await client.invalidateQueries();
          }}
          onClose={() => setAsked(null)}
        >
          <p style={{ marginTop: 0 }}>
            {asked.of.proposed_by}: {asked.of.reason}
          </p>
          {asked.of.kind === 'deploy' && asked.of.environment && (
            <Changes
              flow={asked.of.flow}
              from={`live:${asked.of.environment}`}
              to={String((asked.of.act as { version?: number }).version ?? 'draft')}
            />
          )}
        </Confirm>
      )}
    </Panel>
  );
}
