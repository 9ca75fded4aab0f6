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

/** What triggers are called, by their ids. */
export const triggerTitles = queryOptions({
  ...catalog,
  select: ({ connectors }) =>
    new Map(connectors.flatMap((one) => one.triggers.map(({ id, title }) => [id, title]))),
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

export type Within = components['schemas']['CheckOut'];
export type Traffic = NonNullable<Within['traffic']>;

/** What is wrong with a document where it is to run, and what real events would come to there. */
export const checkWithin = (
  environment: string,
  document: string,
  signal: AbortSignal,
): Promise<Within> =>
  answer(
    client.POST('/api/v1/flows/check', {
      params: { query: { environment } },
      body: { document },
      signal,
    }),
  );

/** Which fields the newest events of a trigger had. Hundreds are opened for it. */
export const triggerTraffic = (environment: string | undefined, trigger: string) =>
  queryOptions({
    queryKey: ['traffic', environment, trigger],
    queryFn: () =>
      answer(
        client.GET('/api/v1/triggers/{trigger}/traffic', {
          params: { path: { trigger }, query: { environment } },
        }),
      ),
    staleTime: Infinity,
    retry: false,
    meta: { live: false },
  });

export type TriggerExample = components['schemas']['ExampleEventOut'];

/** Events of a trigger that its connector made up. They change with the server only. */
export const triggerExamples = (trigger: string) =>
  queryOptions({
    queryKey: ['catalog', 'examples', trigger],
    queryFn: async (): Promise<TriggerExample[]> => {
      const found = await answer(
        client.GET('/api/v1/triggers/{trigger}/examples', { params: { path: { trigger } } }),
      );
      return found.examples;
    },
    staleTime: Infinity,
    retry: false,
  });

export type LastChange = components['schemas']['LastChangeOut'];

/** The version that last changed each step, by the step's id. */
export const lastChanges = (flow: string) =>
  queryOptions({
    queryKey: ['versions', 'last', flow],
    queryFn: async (): Promise<Map<string, LastChange>> => {
      const found = await answer(
        client.GET('/api/v1/flows/{flow}/steps/changes', { params: { path: { flow } } }),
      );
      return new Map(found.steps.map((one) => [one.step, one]));
    },
    staleTime: 60_000,
    retry: false,
  });
