import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

/** The lookup tables of an environment. */
export const tables = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['lookups', environment],
    queryFn: () => answer(client.GET('/api/v1/lookups', { params: { query: { environment } } })),
  });

/** How a table is made: its keys and columns. */
export const definition = (environment: string | undefined, table: string) =>
  queryOptions({
    queryKey: ['lookups', 'definition', environment, table],
    queryFn: () =>
      answer(
        client.GET('/api/v1/lookups/{table}/definition', {
          params: { path: { table }, query: { environment } },
        }),
      ),
  });

/** The first row of a table, to see how its rows look where nothing says it. */
export const firstRow = (environment: string | undefined, table: string) =>
  queryOptions({
    queryKey: ['lookups', 'first', environment, table],
    queryFn: () =>
      answer(
        client.GET('/api/v1/lookups/{table}', {
          params: { path: { table }, query: { environment, limit: 1 } },
        }),
      ),
  });

export type RowIn = components['schemas']['RowIn'];

/** Stores rows; dead letters that missed them may be worked again in the same act. */
export const putRows = (
  environment: string | undefined,
  table: string,
  rows: RowIn[],
  replay_missing: boolean,
) =>
  answer(
    client.PUT('/api/v1/lookups/{table}', {
      params: { path: { table }, query: { environment } },
      body: { rows, replay_missing },
    }),
  );
