import { NewTable } from './NewTable';
import { useEnvironmentName } from '@/app/useEnvironment';
import { type Table, tables } from '@/api/lookups';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';

const aboutOf = ({ description }: Table): string => description;

/** The lookup tables of the environment. */
export function Lookups() {
  const environment = useEnvironmentName();
  const list = useQuery(tables(environment));
  const [asking, setAsking] = useState(false);
  return (
    <Page
      title="Lookups"
      about="Tables that mappings read, with dates from which each row holds"
      acts={
        <Button leftSection={<Plus size={14} />} onClick={() => setAsking(true)}>
          New table
        </Button>
      }
    >
      <RowList
        label="Lookup tables"
        list={list}
        rows={list.data?.data}
        rowKey={(table) => table.name}
        empty={
          <Empty
            title="No lookup tables yet"
            why="Flows that look values up, such as accounts or terms, keep their tables here."
            next={{ label: 'New table', act: () => setAsking(true) }}
          />
        }
        columns={[
          {
            id: 'name',
            title: 'Table',
            cell: (table: Table) => (
              <Anchor
                c="inherit"
                fw={600}
                inherit
                renderRoot={(props) => (
                  <Link to="/lookups/$table" params={{ table: table.name }} {...props} />
                )}
              >
                {table.name}
              </Anchor>
            ),
          },
          ...(list.data?.data.some(({ description }) => description)
            ? [{ id: 'description', title: 'About', from: 600, cell: aboutOf }]
            : []),
          {
            id: 'kind',
            title: 'Found by',
            from: 768,
            cell: (table) =>
              table.kind === 'rules'
                ? 'Rules'
                : table.kind
                  ? 'Key'
                  : 'Key; columns not described yet',
          },
          {
            id: 'keys',
            title: 'Keys',
            align: 'right',
            cell: (table) => <span className="number">{table.keys}</span>,
          },
          {
            id: 'created',
            title: 'Since',
            align: 'right',
            from: 768,
            cell: (table) => <Time at={table.created_at} />,
          },
        ]}
      />
      {asking && <NewTable environment={environment} onClose={() => setAsking(false)} />}
    </Page>
  );
}
