import { useEnvironmentName } from '@/app/useEnvironment';
import { connections } from '@/api/connections';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { useQuery } from '@tanstack/react-query';

/** The systems that the environment speaks to. */
export function Connections() {
  const list = useQuery(connections(useEnvironmentName()));
  return (
    <Page title="Connections" about="The systems that this environment speaks to">
      <RowList
        label="Connections"
        list={list}
        rows={list.data?.data}
        rowKey={(connection) => connection.id}
        empty={<Empty title="No connections yet" why="A flow needs one to each system it uses." />}
        columns={[
          { id: 'name', title: 'Name', cell: (c) => <strong>{c.name}</strong> },
          { id: 'title', title: 'System', cell: (c) => c.title },
          {
            id: 'peer',
            title: 'Whose',
            from: 768,
            cell: (c) => <span className="mono">{c.peer}</span>,
          },
          {
            id: 'state',
            title: 'State',
            cell: (c) => <State state={c.paused ? 'paused' : 'ok'} />,
          },
        ]}
      />
    </Page>
  );
}
