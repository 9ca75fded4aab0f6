import { NewFlow } from './NewFlow';
import { useEnvironmentName } from '@/app/useEnvironment';
import { flows } from '@/api/flows';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { drafts } from '@/designer/store/keep';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';

interface Row {
  flow: string;
  title: string;
  triggers: string;
  steps: number | null;
  draftAt: number | null;
}

/** The flows of the environment, and the drafts of this browser. */
export function Flows() {
  const list = useQuery(flows(useEnvironmentName()));
  const own = useQuery({ queryKey: ['drafts'], queryFn: drafts, staleTime: 0, gcTime: 0 });
  const [asking, setAsking] = useState(false);
  const rows = useMemo(() => {
    if (!list.data) return undefined;
    const deployed = list.data.data.map((flow): Row => ({
      flow: flow.flow,
      title: flow.title,
      triggers: flow.triggers.join(', '),
      steps: flow.steps,
      draftAt: own.data?.find((one) => one.flow === flow.flow)?.changedAt ?? null,
    }));
    const known = new Set(deployed.map((row) => row.flow));
    const others = (own.data ?? []).filter((one) => !known.has(one.flow));
    const begun = others.map(({ flow, title, changedAt }): Row => ({
      flow,
      title,
      triggers: '',
      steps: null,
      draftAt: changedAt,
    }));
    return [...deployed, ...begun];
  }, [list.data, own.data]);
  const taken = useMemo(() => new Set(rows?.map((row) => row.flow)), [rows]);
  return (
    <Page
      title="Flows"
      about="What is deployed in this environment, and what you are working on"
      acts={
        <Button leftSection={<Plus size={14} />} onClick={() => setAsking(true)}>
          New flow
        </Button>
      }
    >
      <RowList
        label="Flows"
        list={list}
        rows={rows}
        rowKey={(flow) => flow.flow}
        empty={
          <Empty
            title="No flow is deployed here"
            why="Deployed flows and your drafts stand here."
            next={{ label: 'New flow', act: () => setAsking(true) }}
          />
        }
        columns={[
          {
            id: 'title',
            title: 'Flow',
            cell: (row) => (
              <Link to="/flows/$flow" params={{ flow: row.flow }}>
                <strong>{row.title}</strong>
              </Link>
            ),
          },
          {
            id: 'id',
            title: 'Id',
            from: 768,
            cell: (row) => <span className="mono">{row.flow}</span>,
          },
          {
            id: 'triggers',
            title: 'Starts on',
            cell: (row) => <span className="mono">{row.triggers}</span>,
          },
          {
            id: 'draft',
            title: 'Draft',
            from: 768,
            cell: (row) =>
              row.draftAt === null ? null : (
                <>
                  here, <Time at={new Date(row.draftAt).toISOString()} />
                </>
              ),
          },
          {
            id: 'steps',
            title: 'Steps',
            align: 'right',
            cell: (row) => <span className="number">{row.steps ?? 'not deployed'}</span>,
          },
        ]}
      />
      {asking && <NewFlow taken={taken} onClose={() => setAsking(false)} />}
    </Page>
  );
}
