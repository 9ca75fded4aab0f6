import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type WhatIf = components['schemas']['WhatIfOut'];
export type Difference = components['schemas']['List_DifferenceOut']['data'][number];

const PAGE = 100;
/** How often a trial under way is looked at. */
const LOOK_MS = 1_500;

/** The trials of an environment, newest first. */
export const whatIfs = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['what_ifs', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/what_ifs', { params: { query: { environment, limit: PAGE } } })),
    refetchInterval: 5_000,
  });

/** A trial with its progress. */
export const whatIf = (id: string) =>
  queryOptions({
    queryKey: ['what_ifs', 'one', id],
    queryFn: () => answer(client.GET('/api/v1/what_ifs/{id}', { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? LOOK_MS : false),
  });

/** The runs that would go otherwise. */
export const differences = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['what_ifs', 'differences', id],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/what_ifs/{id}/differences', {
          params: { path: { id }, query: { limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const startWhatIf = (body: components['schemas']['WhatIfIn']) =>
  answer(client.POST('/api/v1/what_ifs', { body }));

export const cancelWhatIf = (id: string) =>
  answer(client.POST('/api/v1/what_ifs/{id}/cancel', { params: { path: { id } } }));

export const resumeWhatIf = (id: string) =>
  answer(client.POST('/api/v1/what_ifs/{id}/resume', { params: { path: { id } } }));
