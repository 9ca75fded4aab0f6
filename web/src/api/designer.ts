import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type CatalogAnswer = components['schemas']['CatalogOut'];
export type Edited = components['schemas']['EditOut'];

/** What flows can be made of. It changes with the server only. */
export const catalog = queryOptions({
  queryKey: ['catalog'],
  queryFn: () => answer(client.GET('/api/v1/catalog')),
  staleTime: Infinity,
});

/** A document from its text to its tree, or back, and what is wrong with it. */
export const edit = (
  given: ({ document: string } | { tree: object }) & { check?: boolean },
  signal?: AbortSignal,
): Promise<Edited> =>
  answer(
    client.POST('/api/v1/flows/edit', {
      // The document of the API says of a tree no more than that it is a map.
      body: given as components['schemas']['EditIn'],
      ...(signal ? { signal } : {}),
    }),
  );
