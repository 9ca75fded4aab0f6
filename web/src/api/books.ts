import { answer, client } from './client';
import type { components } from './schema';
import { type QueryClient, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

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
  /** `in_transit`, `late`. */
  standing?: string | undefined;
  /** Of the late ones: `fresh`, `week`, `older`. */
  age?: string | undefined;
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
export const exceptions = (environment: string | undefined, all: boolean, age?: string) =>
  infiniteQueryOptions({
    queryKey: ['books', 'exceptions', environment, all, age],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/books/exceptions', {
          params: { query: { all, age, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export type Proof = components['schemas']['ProofOut'];

const proofKey = (environment: string | undefined) => ['books', 'proof', environment] as const;

/** The clearing account beside what the provider holds. It asks the provider, so it is not live. */
export const proof = (environment: string | undefined) =>
  queryOptions({
    queryKey: proofKey(environment),
    queryFn: () =>
      answer(client.GET('/api/v1/books/proof', { params: { query: { environment } } })),
    meta: { live: false },
    staleTime: 30_000,
    refetchInterval: 60_000,
  });

/** Asks the provider now, and shows that. */
export async function freshProof(queries: QueryClient, environment: string | undefined) {
  const query = { environment, fresh: true };
  const found = await answer(client.GET('/api/v1/books/proof', { params: { query } }));
  queries.setQueryData(proofKey(environment), found);
}

export type Standing = components['schemas']['StandingOut'];
export type Aged = components['schemas']['AgedOut'];
export type Deposit = components['schemas']['DepositOut'];

/** What is matched, on its way, and needs a person. */
export const standing = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['books', 'standing', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/books/standing', { params: { query: { environment } } })),
  });

/** Open deposits, oldest first; those within their usual time, or all. */
export const deposits = (environment: string | undefined, usual: boolean) =>
  infiniteQueryOptions({
    queryKey: ['books', 'deposits', environment, usual],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/books/deposits', {
          params: { query: { usual, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
