import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

/** An act on all open letters of a cause, as far as it has come. */
export type Repair = components['schemas']['RepairOut'];
/** What became of one letter. */
export type RepairItem = components['schemas']['RepairItemOut'];
export type RepairAsk = components['schemas']['RepairIn'];

const PAGE = 200;

/** How soon is looked again while runs that were begun are still worked. */
const LOOK_MS = 1_500;

/** The latest repairs of a cause, newest first. */
export const repairs = (environment: string | undefined, fingerprint: string) =>
  queryOptions({
    queryKey: ['dead_letters', 'repairs', environment, fingerprint],
    queryFn: () =>
      answer(
        client.GET('/api/v1/repairs', {
          params: { query: { environment, fingerprint, limit: 10 } },
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data?.data.some((repair) => repair.state === 'running' || repair.stands?.open)
        ? LOOK_MS
        : false,
  });

/** What became of the letters, in the order of their runs. */
export const repairItems = (id: string, updated: string) =>
  infiniteQueryOptions({
    queryKey: ['dead_letters', 'repair items', id, updated],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/repairs/{id}/items', {
          params: { path: { id }, query: { limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: (was) => was,
  });

export const startRepair = (
  environment: string | undefined,
  fingerprint: string,
  body: RepairAsk,
) =>
  answer(
    client.POST('/api/v1/dead-letters/causes/{fingerprint}/repairs', {
      params: { path: { fingerprint }, query: { environment } },
      body,
    }),
  );

export const cancelRepair = (id: string) =>
  answer(client.POST('/api/v1/repairs/{id}/cancel', { params: { path: { id } } }));

export const resumeRepair = (id: string) =>
  answer(client.POST('/api/v1/repairs/{id}/resume', { params: { path: { id } } }));
