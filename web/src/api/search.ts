import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Hit = components['schemas']['HitOut'];

/** What is found at once, while a person types. */
export const quickSearch = (environment: string | undefined, q: string) =>
  queryOptions({
    queryKey: ['search', 'quick', environment, q],
    queryFn: () => answer(client.GET('/api/v1/search', { params: { query: { q, environment } } })),
    meta: { live: false },
  });

/** What is found by an index and in the newest payloads; a further page looks further back. */
export const search = (environment: string | undefined, q: string) =>
  infiniteQueryOptions({
    queryKey: ['search', 'all', environment, q],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/search', {
          params: { query: { q, environment, after, payloads: true } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.looked_through?.next,
    meta: { live: false },
  });
