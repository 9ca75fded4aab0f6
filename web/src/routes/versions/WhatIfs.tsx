import { whatIfs } from '@/api/whatIfs';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

/** The trials of a flow in an environment; nothing while there is none. */
export function WhatIfs({ environment, flow }: { environment: string | undefined; flow: string }) {
  const list = useQuery(whatIfs(environment));
  const rows = list.data?.data.filter((one) => one.flow === flow) ?? [];
  if (rows.length === 0) return null;
  return (
    <>
      <h2 style={{ fontSize: '0.875rem', margin: '0.5rem 0 0' }}>What if</h2>
      <RowList
        label="What if"
        list={list}
        rows={rows}
        rowKey={(one) => one.id}
        empty={null}
        columns={[
          { id: 'state', title: 'State', cell: (one) => <State state={one.state} /> },
          {
            id: 'headline',
            title: 'Came to',
            cell: (one) => (
              <Anchor
                inherit
                renderRoot={(props) => (
                  <Link to="/flows/$flow/what-if/$id" params={{ flow, id: one.id }} {...props} />
                )}
              >
                {one.headline}
              </Anchor>
            ),
          },
          {
            id: 'what',
            title: 'Of',
            from: 768,
            cell: (one) => (one.version == null ? 'a draft' : `version ${one.version}`),
          },
          { id: 'at', title: 'Begun', cell: (one) => <Time at={one.created_at} /> },
        ]}
      />
    </>
  );
}
