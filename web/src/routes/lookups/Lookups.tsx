import { useEnvironmentName } from '@/app/useEnvironment';
import { tables } from '@/api/lookups';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { useQuery } from '@tanstack/react-query';

/** The lookup tables of the environment. */
export function Lookups() {
  const list = useQuery(tables(useEnvironmentName()));
  return (
    <Page title="Lookups" about="Tables that mappings read, with dates from which each row holds">
      <RowList
        label="Lookup tables"
        list={list}
        rows={list.data?.data}
        rowKey={(table) => table.name}
        empty={
          <Empty
            title="No lookup tables yet"
            why="Flows that look values up, such as accounts or terms, keep their tables here."
          />
        }
        columns={[
          {
            id: 'name',
            title: 'Table',
            cell: (table) => <span className="mono">{table.name}</span>,
          },
          { id: 'description', title: 'About', from: 600, cell: (table) => table.description },
          {
            id: 'keys',
            title: 'Keys',
            align: 'right',
            cell: (table) => <span className="number">{table.keys}</span>,
          },
        ]}
      />
    </Page>
  );
}
