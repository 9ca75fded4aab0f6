import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Total = components['schemas']['TotalOut'];
export type Entry = components['schemas']['EntryOut'];
export type Exception = components['schemas']['ExceptionOut'];

const PAGE = 100;

/** Sums of all lines by account, currency and state. */
export const totals = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['books', 'totals', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/books/totals', { params: { query: { environment } } })),
  });

export interface EntryFilter {
  state?: string | undefined;
  /** The beginning of the reference. */
  search?: string | undefined;
}

/** Journal entries, newest first. */
export const entries = (environment: string | undefined, filter: EntryFilter) =>
  infiniteQueryOptions({
    queryKey: ['books', 'entries', environment, filter],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/books/entries', {
          params: { query: { ...filter, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** What differs and needs a person, newest first. */
export const exceptions = (environment: string | undefined, all: boolean) =>
  infiniteQueryOptions({
    queryKey: ['books', 'exceptions', environment, all],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/books/exceptions', {
          params: { query: { all, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export type Proof = components['schemas']['ProofOut'];

/** The clearing account beside what the provider holds. It asks the provider, so it is not live. */
export const proof = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['books', 'proof', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/books/proof', { params: { query: { environment } } })),
    meta: { live: false },
    staleTime: 30_000,
    refetchInterval: 60_000,
  });
