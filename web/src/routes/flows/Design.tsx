import { useEnvironmentName } from '@/app/useEnvironment';
import { catalog as catalogQuery, edit } from '@/api/designer';
import { draft } from '@/api/drafts';
import { statistics } from '@/api/statistics';
import { Empty } from '@/components/Empty';
import { ErrorView } from '@/components/ErrorView';
import type { StepFacts } from '@/designer/canvas/StepBadges';
import { Designer } from '@/designer/Designer';
import { type Catalog, type Connector, catalogOf } from '@/designer/model/catalog';
import { begin } from '@/designer/model/history';
import type { JsonMap } from '@/designer/model/json';
import { pathsById } from '@/designer/model/places';
import { Editor } from '@/designer/store/editor';
import { load } from '@/designer/store/keep';
import { Saver, savedOf } from '@/designer/store/saver';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';

interface Opened {
  editor: Editor;
  saver: Saver;
}

async function offers(client: QueryClient): Promise<Catalog> {
  const { connectors, blocks } = await client.query({ ...catalogQuery, staleTime: 'static' });
  // Schemas are JSON, which the API's own types do not say.
  return catalogOf(connectors as unknown as readonly Connector[], blocks);
}

/** What this browser and the server have of a flow, brought together; nothing if neither has any. */
async function open(client: QueryClient, id: string): Promise<Opened | null> {
  const [catalog, given, kept] = await Promise.all([offers(client), draft(id), load(id)]);
  if (!given && !kept) return null;
  if (!given || (kept && (kept.ahead || kept.revision === given.revision))) {
    if (!kept) return null;
    const { history, ahead, revision } = kept;
    const server = given && savedOf(given, ahead ? null : history.document);
    const overtaken = given !== null && revision !== null && revision !== given.revision;
    const editor = new Editor(id, catalog, history, overtaken ? null : server);
    // This browser holds edits that the server has not, and the server those of somebody else.
    if (overtaken) editor.update({ conflict: server });
    return { editor, saver: new Saver(editor, history) };
  }
  const { tree } = await edit({ document: given.document, check: false });
  const document = (tree as JsonMap | undefined) ?? blank(id, undefined);
  const editor = new Editor(id, catalog, begin(document), savedOf(given, tree ? document : null));
  return { editor, saver: new Saver(editor, null) };
}

/** A new flow, before anything is decided. */
function blank(id: string, title: string | undefined): JsonMap {
  return { schema: 1, flow: id, ...(title ? { title } : {}), steps: [] };
}

/** Opens a flow in the designer. */
export function Design() {
  const { flow } = useParams({ from: '/flows/$flow' });
  const { title, step } = useSearch({ from: '/flows/$flow' });
  const environment = useEnvironmentName();
  const client = useQueryClient();
  const [begun, setBegun] = useState<Opened | null>(null);
  const opened = useQuery({
    queryKey: ['designer', flow],
    queryFn: () => open(client, flow),
    // What is open is the person's: it is not read anew when something else has changed.
    staleTime: 'static',
    gcTime: 0,
    retry: false,
  });
  const facts = useFacts(environment, flow);
  const editor = (opened.data ?? begun)?.editor;
  // A link from a run leads to its step.
  useEffect(() => {
    const path = step && editor ? pathsById(editor.document).get(step) : undefined;
    if (path) editor?.reveal(path);
  }, [editor, step]);
  if (opened.error) return <ErrorView error={opened.error} retry={() => void opened.refetch()} />;
  if (opened.data === undefined) return null;
  const shown = opened.data ?? begun;
  if (!shown || shown.editor.flow !== flow) {
    const beginIt = async (): Promise<void> => {
      const editor = new Editor(flow, await offers(client), begin(blank(flow, title)), null);
      setBegun({ editor, saver: new Saver(editor, null) });
    };
    return (
      <Empty
        title={`There is no flow ${flow} yet`}
        why="The server has neither a version nor a draft of it."
        next={{ label: 'Begin it', act: () => void beginIt() }}
      />
    );
  }
  return <Designer key={flow} editor={shown.editor} saver={shown.saver} facts={facts} />;
}

/** How the steps do on the version that is in force. */
function useFacts(environment: string | undefined, flow: string): ReadonlyMap<string, StepFacts> {
  const { data } = useQuery(statistics(flow, environment));
  return useMemo(() => {
    const version = data?.version;
    if (version === undefined) return new Map();
    return new Map(data?.steps.map((one) => [one.step, { ...one, flow, version }]));
  }, [data, flow]);
}
