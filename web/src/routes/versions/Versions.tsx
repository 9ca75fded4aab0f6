import { Changes } from './Changes';
import { DraftFitness, useFitness } from './DraftFitness';
import { DeployDialog, type Asked } from './DeployDialog';
import { History } from './History';
import { PublishDialog } from './PublishDialog';
import { StartWhatIf } from './StartWhatIf';
import { VersionText } from './VersionText';
import { WhatIfs } from './WhatIfs';
import { useEnvironment } from '@/app/useEnvironment';
import { flows } from '@/api/flows';
import { savedDraft, versions } from '@/api/versions';
import { Empty } from '@/components/Empty';
import { LinkButton } from '@/components/LinkButton';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { RowList } from '@/components/RowList';
import { State } from '@/components/State';
import { Time } from '@/components/Time';
import { Button, Group } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

/** What is live where, what was published, and what is being worked on. */
export function Versions() {
  const { flow } = useParams({ from: '/flows/$flow/versions' });
  const { all, current } = useEnvironment();
  const list = useInfiniteQuery(versions(flow));
  const draft = useQuery(savedDraft(flow));
  const places = useQuery(flows(current?.name));
  const known = places.data?.data.find((row) => row.flow === flow);
  const { publish, version: shown } = useSearch({ from: '/flows/$flow/versions' });
  const [publishing, setPublishing] = useState(publish !== undefined);
  const fitness = useFitness(flow, draft.data?.data);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [trial, setTrial] = useState<number | 'draft' | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.data);
  const latest = rows?.[0]?.version;
  const isDraft = draft.data?.data.saved ?? false;
  const inForce = new Map(known?.deployments.map((one) => [one.environment, one]));

  return (
    <Page
      title={`${known?.title ?? flow}: versions`}
      about={
        <>
          <span className="mono">{flow}</span>. A version never changes; runs end on the one they
          began with unless they are moved.
        </>
      }
      acts={
        <LinkButton to="/flows/$flow" params={{ flow }} variant="default">
          Open in the designer
        </LinkButton>
      }
    >
      {isDraft && draft.data && (
        <Panel
          title="Draft"
          aside={
            <>
              {draft.data.data.changed_by}, <Time at={draft.data.data.changed_at} />
            </>
          }
        >
          {latest !== undefined && <Changes flow={flow} from={String(latest)} to="draft" />}
          <DraftFitness flow={flow} fitness={fitness} />
          <Group gap="xs" mt="sm">
            <Button disabled={!fitness.isFit} onClick={() => setPublishing(true)}>
              Publish as version {(latest ?? 0) + 1}
            </Button>
            <Button variant="default" onClick={() => setTrial('draft')}>
              What if
            </Button>
            {latest !== undefined && (
              <LinkButton
                to="/flows/$flow/compare"
                params={{ flow }}
                search={{ from: String(latest), to: 'draft' }}
                variant="default"
              >
                Side by side
              </LinkButton>
            )}
          </Group>
        </Panel>
      )}
      <RowList
        label="Where it is in force"
        list={places}
        rows={places.data && all}
        rowKey={(environment) => environment.id}
        empty={null}
        columns={[
          {
            id: 'environment',
            title: 'Environment',
            cell: ({ name, kind }) => (
              <>
                <strong>{name}</strong> {kind}
              </>
            ),
          },
          {
            id: 'version',
            title: 'In force',
            cell: ({ name }) => {
              const one = inForce.get(name);
              return one ? <State state="ok" word={`Version ${one.version}`} /> : 'nothing';
            },
          },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: ({ name, kind }) => (
              <Group gap="xs" justify="flex-end">
                {latest !== undefined && inForce.get(name)?.version !== latest && (
                  <Button
                    variant="default"
                    size="compact-xs"
                    onClick={() =>
                      setAsked({ kind, target: { environment: name, version: latest } })
                    }
                  >
                    Deploy {latest}
                  </Button>
                )}
                {inForce.has(name) &&
                  all
                    .filter((other) => other.name !== name)
                    .map((other) => (
                      <Button
                        key={other.id}
                        variant="default"
                        size="compact-xs"
                        onClick={() =>
                          setAsked({
                            kind: other.kind,
                            target: { from: name, to: other.name, accept: [] },
                          })
                        }
                      >
                        Promote to {other.name}
                      </Button>
                    ))}
              </Group>
            ),
          },
        ]}
      />
      <h2 style={{ fontSize: '0.875rem', margin: '0.5rem 0 0' }}>Versions</h2>
      <RowList
        label="Versions"
        list={list}
        rows={rows}
        rowKey={(version) => version.id}
        empty={
          <Empty title="No versions yet" why="Publish the draft: it becomes the first version." />
        }
        columns={[
          {
            id: 'version',
            title: 'Version',
            cell: ({ version }) => (
              <Link
                to="/flows/$flow/versions"
                params={{ flow }}
                search={{ version: String(version) }}
                className="number"
              >
                {version}
              </Link>
            ),
          },
          { id: 'reason', title: 'Why', cell: ({ reason }) => reason },
          { id: 'by', title: 'Published by', from: 768, cell: (one) => one.published_by },
          { id: 'at', title: 'At', from: 600, cell: (one) => <Time at={one.published_at} /> },
          {
            id: 'acts',
            title: '',
            align: 'right',
            cell: ({ version }) => (
              <Group gap="xs" justify="flex-end">
                {version > 1 && (
                  <LinkButton
                    to="/flows/$flow/compare"
                    params={{ flow }}
                    search={{ from: String(version - 1), to: String(version) }}
                    variant="default"
                    size="compact-xs"
                  >
                    What it changed
                  </LinkButton>
                )}
                <Button variant="default" size="compact-xs" onClick={() => setTrial(version)}>
                  What if
                </Button>
                {current && inForce.get(current.name)?.version !== version && (
                  <Button
                    variant="default"
                    size="compact-xs"
                    onClick={() =>
                      setAsked({
                        kind: current.kind,
                        target: { environment: current.name, version },
                      })
                    }
                  >
                    Deploy to {current.name}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      {list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()}>
          Older versions
        </Button>
      )}
      {Number(shown) > 0 && <VersionText flow={flow} number={Number(shown)} />}
      <WhatIfs environment={current?.name} flow={flow} />
      {current && <History flow={flow} environment={current} />}
      {publishing && isDraft && draft.data && draft.isFetchedAfterMount && (
        <PublishDialog
          flow={flow}
          latest={latest}
          draft={draft.data}
          onClose={() => setPublishing(false)}
        />
      )}
      {asked && <DeployDialog flow={flow} asked={asked} onClose={() => setAsked(null)} />}
      {trial !== null && (
        <StartWhatIf
          flow={flow}
          environment={current?.name}
          what={trial}
          draft={draft.data?.data.document}
          onClose={() => setTrial(null)}
        />
      )}
    </Page>
  );
}
