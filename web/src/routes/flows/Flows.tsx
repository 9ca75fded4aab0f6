import { NewFlow } from './NewFlow';
import { useEnvironmentName } from '@/app/useEnvironment';
import { triggerTitles } from '@/api/designer';
import { flows } from '@/api/flows';
import { Empty } from '@/components/Empty';
import { Page } from '@/components/Page';
import { RowList } from '@/components/RowList';
import { Time } from '@/components/Time';
import { drafts } from '@/designer/store/keep';
import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import classes from './Flows.module.css';

interface Row {
  flow: string;
  title: string;
  triggers: readonly string[];
  steps: number | null;
  version: number | null;
  /** Where which version is in force. */
  deployed: string;
  draft: { by: string; at: string } | null;
  /** This browser has edits that the server has not. */
  ahead: boolean;
}

/** All flows: what is in force where, and what is being worked on. */
export function Flows() {
  const list = useQuery(flows(useEnvironmentName()));
  const own = useQuery({ queryKey: ['drafts'], queryFn: drafts, staleTime: 0, gcTime: 0 });
  const titles = useQuery(triggerTitles).data;
  const [asking, setAsking] = useState(false);
  const rows = useMemo(() => {
    if (!list.data) return undefined;
    const here = new Map((own.data ?? []).map((one) => [one.flow, one]));
    const known = list.data.data.map((flow): Row => ({
      flow: flow.flow,
      title: flow.title,
      triggers: flow.triggers,
      steps: flow.steps ?? null,
      version: flow.latest_version ?? null,
      deployed: flow.deployments
        .map(({ environment, version }) => `${environment} ${version}`)
        .join(', '),
      draft: flow.draft ? { by: flow.draft.changed_by, at: flow.draft.changed_at } : null,
      ahead: here.get(flow.flow)?.ahead ?? false,
    }));
    const names = new Set(known.map((row) => row.flow));
    const begun = [...here.values()].filter((one) => !names.has(one.flow));
    const others = begun.map(({ flow, title, changedAt }): Row => ({
      flow,
      title,
      triggers: [],
      steps: null,
      version: null,
      deployed: '',
      draft: { by: 'this browser only', at: new Date(changedAt).toISOString() },
      ahead: true,
    }));
    return [...known, ...others];
  }, [list.data, own.data]);
  const taken = useMemo(() => new Set(rows?.map((row) => row.flow)), [rows]);
  return (
    <Page
      title="Flows"
      about="What is in force, and what is being worked on"
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
            title="No flows yet"
            why="Versions in force and drafts stand here. Begin an empty one with New flow, or take one that is ready."
            next={{ label: 'Ready-made flows', to: '/start' }}
          />
        }
        columns={[
          {
            id: 'title',
            title: 'Flow',
            cell: (row) => (
              <>
                <Anchor
                  c="inherit"
                  fw={600}
                  inherit
                  renderRoot={(props) => (
                    <Link to="/flows/$flow" params={{ flow: row.flow }} {...props} />
                  )}
                >
                  {row.title}
                </Anchor>
                <small className={classes.id}>{row.flow}</small>
              </>
            ),
          },
          {
            id: 'triggers',
            title: 'Starts on',
            from: 1100,
            cell: (row) => (
              <span title={row.triggers.join(', ')}>
                {row.triggers.map((id) => titles?.get(id) ?? id).join(' · ')}
              </span>
            ),
          },
          {
            id: 'deployed',
            title: 'In force',
            cell: (row) =>
              row.version === null ? (
                'nowhere'
              ) : (
                <Anchor
                  inherit
                  renderRoot={(props) => (
                    <Link to="/flows/$flow/versions" params={{ flow: row.flow }} {...props} />
                  )}
                >
                  {row.deployed || `nowhere, ${row.version} published`}
                </Anchor>
              ),
          },
          {
            id: 'draft',
            title: 'Draft',
            from: 768,
            cell: (row) =>
              row.draft && (
                <>
                  {row.draft.by}, <Time at={row.draft.at} />
                  {row.ahead && row.draft.by !== 'this browser only' && ', newer in this browser'}
                </>
              ),
          },
          {
            id: 'steps',
            title: 'Steps',
            align: 'right',
            cell: (row) => <span className="number">{row.steps}</span>,
          },
        ]}
      />
      {asking && <NewFlow taken={taken} onClose={() => setAsking(false)} />}
    </Page>
  );
}
