import { useEnvironmentName } from '@/app/useEnvironment';
import { flows } from '@/api/flows';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { useQuery } from '@tanstack/react-query';

/** The deployed flows of the environment. */
export function Flows() {
  const list = useQuery(flows(useEnvironmentName()));
  return (
    <Page title="Flows" about="What is deployed in this environment">
      <RowList
        label="Flows"
        list={list}
        rows={list.data?.data}
        rowKey={(flow) => flow.flow}
        empty={
          <Empty
            title="No flow is deployed here"
            why="Deployed flows and their triggers stand here."
          />
        }
        columns={[
          { id: 'title', title: 'Flow', cell: (flow) => <strong>{flow.title}</strong> },
          {
            id: 'id',
            title: 'Id',
            from: 768,
            cell: (flow) => <span className="mono">{flow.flow}</span>,
          },
          {
            id: 'triggers',
            title: 'Starts on',
            cell: (flow) => <span className="mono">{flow.triggers.join(', ')}</span>,
          },
          {
            id: 'steps',
            title: 'Steps',
            align: 'right',
            cell: (flow) => <span className="number">{flow.steps}</span>,
          },
        ]}
      />
    </Page>
  );
}
