import { DeployWaiting } from './DeployWaiting';
import type { Environment } from '@/api/environments';
import { type Deployment, type Waiting, deployments, rollback } from '@/api/versions';
import { Confirm } from '@/components/Confirm';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

/** What was in force in an environment, and the way back to it. */
export function History({ flow, environment }: { flow: string; environment: Environment }) {
  const client = useQueryClient();
  const list = useQuery(deployments(flow, environment.name));
  const [back, setBack] = useState<Deployment | null>(null);
  const [waiting, setWaiting] = useState<Waiting>('finish');
  const rows = list.data?.data.data;
  return (
    <>
      <h2 style={{ fontSize: '0.875rem', margin: '0.5rem 0 0' }}>
        Deployments in {environment.name}
      </h2>
      <RowList
        label={`Deployments in ${environment.name}`}
        list={list}
        rows={rows}
        rowKey={(one) => one.deployment}
        empty={<p style={{ margin: 0 }}>None yet. Deploy a version above.</p>}
        columns={[
          {
            id: 'version',
            title: 'Version',
            cell: (one) =>
              one.active ? (
                <State state="ok" word={`${one.version}, in force`} />
              ) : (
                <span className="number">{one.version}</span>
              ),
          },
          {
            id: 'cause',
            title: 'By',
            cell: (one) =>
              one.deployed_by === one.cause ? (
                one.cause
              ) : (
                <>
                  {one.deployed_by}, <span style={{ whiteSpace: 'nowrap' }}>{one.cause}</span>
                </>
              ),
          },
          { id: 'reason', title: 'Why', from: 600, cell: (one) => one.reason },
          { id: 'at', title: 'At', cell: (one) => <Time at={one.deployed_at} /> },
          {
            id: 'bindings',
            title: 'Bound to',
            from: 1100,
            cell: (one) =>
              Object.entries(one.bindings)
                .map(([name, to]) => (name === to ? to : `${name} to ${to}`))
                .join(', '),
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (one) =>
              !one.active && (
                <Button variant="default" size="compact-xs" onClick={() => setBack(one)}>
                  Roll back to it
                </Button>
              ),
          },
        ]}
      />
      {back && list.data && (
        <Confirm
          title={`Roll back to version ${back.version}`}
          act={`Roll back to ${back.version} in ${environment.name}`}
          danger
          reason="Why"
          typed={environment.kind === 'live' ? flow : undefined}
          onAct={async (reason) => {
            const tag = list.data.tag ?? '';
            await rollback(flow, environment.name, back.deployment, tag, { reason, waiting });
            await client.invalidateQueries();
          }}
          onClose={() => setBack(null)}
        >
          New runs begin on version {back.version} from then on.
          <DeployWaiting value={waiting} onChange={setWaiting} />
        </Confirm>
      )}
    </>
  );
}
