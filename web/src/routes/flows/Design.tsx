import { useEnvironmentName } from '@/app/useEnvironment';
import { catalog as catalogQuery, edit } from '@/api/designer';
import { causes } from '@/api/deadLetters';
import { flow as flowQuery } from '@/api/flows';
import { ProblemError } from '@/api/problem';
import { Empty } from '@/components/Empty';
import { ErrorView } from '@/components/ErrorView';
import type { Failing } from '@/designer/canvas/RowView';
import { Designer } from '@/designer/Designer';
import classes from '@/designer/Designer.module.css';
import { catalogOf } from '@/designer/model/catalog';
import { type History, begin } from '@/designer/model/history';
import type { JsonMap } from '@/designer/model/json';
import { Editor } from '@/designer/store/editor';
import { load } from '@/designer/store/keep';
import { Button } from '@mantine/core';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

interface Opened {
  editor: Editor;
  base: string;
  published: JsonMap | null;
  kept: History | null;
  /** Another version is deployed than the one that the draft began with. */
  overtaken: boolean;
}

/** The draft of this browser, else what is deployed; nothing if there is neither. */
async function open(
  client: QueryClient,
  environment: string | undefined,
  id: string,
): Promise<Opened | null> {
  const [catalog, deployed, kept] = await Promise.all([
    client.query({ ...catalogQuery, staleTime: 'static' }),
    client.query(flowQuery(environment, id)).catch((error: unknown) => {
      if (error instanceof ProblemError && error.details.status === 404) return null;
      throw error;
    }),
    load(id),
  ]);
  if (!deployed && !kept) return null;
  const offers = catalogOf(catalog.connectors, catalog.blocks);
  const text = deployed?.document ?? '';
  const read = deployed ? await edit({ document: text }) : null;
  const published = (read?.tree as JsonMap | undefined) ?? null;
  const history = kept?.history ?? begin(published ?? {});
  const editor = new Editor(id, offers, history);
  if (!kept && read)
    editor.check(editor.document, read.document, read.problems);
  return {
    editor,
    base: kept?.base ?? text,
    published,
    kept: kept?.history ?? null,
    overtaken: kept !== null && deployed !== null && kept.base !== text,
  };
}

/** A new flow, before anything is decided. */
function blank(id: string, title: string | undefined): JsonMap {
  return { schema: 1, flow: id, ...(title ? { title } : {}), steps: [] };
}

/** Opens a flow in the designer. */
export function Design() {
  const { flow } = useParams({ from: '/flows/$flow' });
  const { title } = useSearch({ from: '/flows/$flow' });
  const environment = useEnvironmentName();
  const client = useQueryClient();
  const [begun, setBegun] = useState<Opened | null>(null);
  const opened = useQuery({
    queryKey: ['designer', environment, flow],
    queryFn: () => open(client, environment, flow),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    enabled: environment !== undefined,
  });
  const failing = useFailing(environment, flow);
  if (opened.error) return <ErrorView error={opened.error} retry={() => void opened.refetch()} />;
  if (opened.data === undefined) return null;
  const shown = opened.data ?? begun;
  if (!shown || shown.editor.flow !== flow) {
    const beginIt = async (): Promise<void> => {
      const catalog = await client.query({ ...catalogQuery, staleTime: 'static' });
      const offers = catalogOf(catalog.connectors, catalog.blocks);
      const editor = new Editor(flow, offers, begin(blank(flow, title)));
      setBegun({ editor, base: '', published: null, kept: null, overtaken: false });
    };
    return (
      <Empty
        title={`There is no flow ${flow} here yet`}
        why="It is not deployed in this environment, and this browser has no draft of it."
        next={{ label: 'Begin it', act: () => void beginIt() }}
      />
    );
  }
  return (
    <div className={classes.screen}>
      {shown.overtaken && (
        <p className={classes.notice} role="status">
          Another version was deployed since this draft began.
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              if (!shown.published) return;
              shown.editor.apply(
                { document: shown.published, label: 'discarded the draft', steps: [] },
                true,
              );
            }}
          >
            Go on from the deployed version
          </Button>
        </p>
      )}
      <Designer
        key={`${environment ?? ''}/${flow}`}
        editor={shown.editor}
        base={shown.base}
        published={shown.published}
        kept={shown.kept}
        failing={failing}
      />
    </div>
  );
}

/** Open errors of the deployed version, by step. */
function useFailing(environment: string | undefined, flow: string): ReadonlyMap<string, Failing> {
  const { data } = useQuery(causes(environment));
  return useMemo(() => {
    const found = new Map<string, Failing>();
    for (const cause of data?.data ?? []) {
      if (cause.flow !== flow) continue;
      const known = found.get(cause.step);
      const count = (known?.count ?? 0) + cause.count;
      found.set(cause.step, { count, fingerprint: known?.fingerprint ?? cause.fingerprint });
    }
    return found;
  }, [data, flow]);
}
