import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Flow = components['schemas']['FlowOut'];
/** A flow in a list, deployed or not. */
export type FlowRow = components['schemas']['FlowRowOut'];
export type FlowDetail = components['schemas']['FlowDetailOut'];

/** The deployed flows of an environment. */
export const flows = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['flows', environment],
    queryFn: () => answer(client.GET('/api/v1/flows', { params: { query: { environment } } })),
    staleTime: 30_000,
  });

export type FlowHealth = components['schemas']['FlowHealthOut'];

/** How the flows in force do: open errors, last run, how long the newest took. */
export const flowStatistics = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'statistics', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/flow-statistics', { params: { query: { environment } } })),
  });

/** A deployed flow with its document and plan. */
export const flow = (environment: string | undefined, id: string) =>
  queryOptions({
    queryKey: ['flows', 'one', environment, id],
    queryFn: () =>
      answer(
        client.GET('/api/v1/flows/{flow}', {
          params: { path: { flow: id }, query: { environment } },
        }),
      ),
    staleTime: 30_000,
  });
