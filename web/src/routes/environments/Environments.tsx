import { CompanyForm } from './CompanyForm';
import { type Environment, environments } from '@/api/environments';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';

/** Test and live: each with its own connections, tables, deployments and books. */
export function Environments() {
  const list = useQuery(environments);
  const [asked, setAsked] = useState<Environment | 'new' | null>(null);
  return (
    <Page
      title="Environments"
      about="Each has its own connections, lookup tables, deployments and books. Credentials never travel between them"
      acts={
        <Button leftSection={<Plus size={14} />} onClick={() => setAsked('new')}>
          New environment
        </Button>
      }
    >
      <RowList
        label="Environments"
        list={list}
        rows={list.data}
        rowKey={(one) => one.id}
        empty={null}
        columns={[
          { id: 'name', title: 'Name', cell: (one) => <strong>{one.name}</strong> },
          {
            id: 'kind',
            title: 'Kind',
            cell: (one) => (
              <State state={one.kind} word={one.kind === 'live' ? 'Live, real money' : 'Test'} />
            ),
          },
          {
            id: 'company',
            title: 'Company',
            from: 768,
            cell: ({ company }) => `${company.name}, ${company.currency}, ${company.books_zone}`,
          },
          {
            id: 'flows',
            title: 'Flows in force',
            align: 'right',
            cell: (one) => <span className="number">{one.flows}</span>,
          },
          {
            id: 'connections',
            title: 'Connections',
            align: 'right',
            from: 600,
            cell: (one) => (
              <Link to="/connections" search={{ env: one.name }} className="number">
                {one.connections}
              </Link>
            ),
          },
          {
            id: 'changed',
            title: 'Changed',
            from: 1100,
            cell: (one) => (
              <>
                {one.changed_by}, <Time at={one.changed_at} />
              </>
            ),
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: (one) => (
              <Group gap="xs" justify="flex-end">
                <Button size="compact-xs" variant="default" onClick={() => setAsked(one)}>
                  Company
                </Button>
              </Group>
            ),
          },
        ]}
      />
      {asked && <CompanyForm of={asked} onClose={() => setAsked(null)} />}
    </Page>
  );
}
