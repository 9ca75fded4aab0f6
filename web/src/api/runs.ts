import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Run = components['schemas']['RunOut'];
export type RunDetail = components['schemas']['RunDetailOut'];
export type RunStep = components['schemas']['RunStepOut'];
export type Call = components['schemas']['CallOut'];
export type Wait = components['schemas']['WaitOut'];

export interface RunFilter {
  state?: string | undefined;
  flow?: string | undefined;
  /** The beginning of the business key. */
  search?: string | undefined;
}

const PAGE = 100;

/** Runs, newest first, page by page. */
export const runs = (environment: string | undefined, filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', environment, filter],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/runs', {
          params: { query: { ...filter, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** The newest run that did what its flow says, if there is any. */
export const newestDone = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'newest done', environment],
    queryFn: () =>
      answer(
        client.GET('/api/v1/runs', {
          params: { query: { environment, state: 'done', limit: 1 } },
        }),
      ),
  });

/** A run with its steps, calls and entries. */
export const run = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: () => answer(client.GET('/api/v1/runs/{run}', { params: { path: { run: id } } })),
  });

export type Change = components['schemas']['ChangeIn'];

export interface Replay {
  from_start?: boolean;
  newest?: boolean;
  /** Places of the payload that are corrected. */
  changes?: Change[];
  /** Why; needed with changes. */
  reason?: string;
}

export type Choice = components['schemas']['ChoiceOut'];

/** The four ways of working a run again, each with what it does to every step. */
export const choices = (run: string) =>
  queryOptions({
    queryKey: ['runs', 'choices', run],
    queryFn: () => answer(client.GET('/api/v1/runs/{run}/choices', { params: { path: { run } } })),
  });

export const replayRun = (run: string, how: Replay) =>
  answer(client.POST('/api/v1/runs/{run}/replay', { params: { path: { run } }, body: how }));

export const cancelRun = (run: string, reason: string) =>
  answer(client.POST('/api/v1/runs/{run}/cancel', { params: { path: { run } }, body: { reason } }));

/** A call with what was asked and answered; it never changes. */
export const call = (run: string, place: string) =>
  queryOptions({
    queryKey: ['runs', 'call', run, place],
    queryFn: () =>
      answer(client.GET('/api/v1/runs/{run}/calls/{place}', { params: { path: { run, place } } })),
    staleTime: Infinity,
  });
