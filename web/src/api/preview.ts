import { answer, client } from './client';
import type { components } from './schema';

export type Preview = components['schemas']['StepPreviewOut'];

/** The sample that a step is worked on: a pinned one as its document, or an event's body. */
export type Chosen = { sample: string } | { body: object };

/** What a step's fields come to on a sample. */
export const preview = (
  environment: string | undefined,
  tree: object,
  step: string,
  chosen: Chosen,
  items: Record<string, number>,
  signal: AbortSignal,
): Promise<Preview> =>
  answer(
    client.POST('/api/v1/flows/preview', {
      params: { query: { environment } },
      body: { tree, step, items, ...chosen } as components['schemas']['StepPreviewIn'],
      signal,
    }),
  );

/** What a flow would do on a sample, up to a step or whole. */
export const dryRun = (
  environment: string | undefined,
  document: string,
  chosen: Chosen,
  until: string | undefined,
  /** Whether reads are really sent; else what nobody gives is made up. */
  isLive: boolean,
) =>
  answer(
    client.POST('/api/v1/flows/dry-run', {
      params: { query: { environment } },
      body: {
        document,
        until,
        reads: isLive ? 'live' : 'invented',
        ...chosen,
      } as components['schemas']['DryRunIn'],
    }),
  );
