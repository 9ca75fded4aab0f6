import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

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

export type Table = components['schemas']['TableOut'];
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

export type Row = components['schemas']['RowOut'];
export type RowVersion = components['schemas']['HistoryOut']['data'][number];
export type Imported = components['schemas']['ImportedOut'];
export type RowKey = Row['key'];

const PAGE = 100;

export interface RowFilter {
  /** As they are on this day. */
  at?: string | undefined;
  /** The beginning of the key. */
  search?: string | undefined;
}

/** The rows of a table that hold on a day, by key. */
export const rows = (environment: string | undefined, table: string, filter: RowFilter) =>
  infiniteQueryOptions({
    queryKey: ['lookups', 'rows', environment, table, filter],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/lookups/{table}', {
          params: { path: { table }, query: { ...filter, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** Every version of a key. */
export const rowHistory = (environment: string | undefined, table: string, key: RowKey) =>
  queryOptions({
    queryKey: ['lookups', 'history', environment, table, key],
    queryFn: () =>
      answer(
        client.GET('/api/v1/lookups/{table}/history', {
          params: { path: { table }, query: { environment, key: keyText(key) } },
        }),
      ),
  });

/** A key of several parts travels as a JSON list of texts. */
export const keyText = (key: RowKey): string =>
  typeof key === 'string' ? key : JSON.stringify(key);

/** Ends a row: from that day on it no longer holds. */
export const endRow = (environment: string | undefined, table: string, key: RowKey, from: string) =>
  answer(
    client.POST('/api/v1/lookups/{table}/end', {
      params: { path: { table }, query: { environment } },
      body: { key, from },
    }),
  );

export interface ImportHow {
  /** Only says what would change. */
  dry_run: boolean;
  /** Ends the keys that the sheet does not have. */
  end_missing: boolean;
  /** Works dead letters again that missed what is there now. */
  replay_missing: boolean;
}

/** Takes a sheet: CSV with commas or semicolons, or tabs as spreadsheets copy it. */
export const importSheet = (
  environment: string | undefined,
  table: string,
  sheet: string,
  how: ImportHow,
): Promise<Imported> =>
  answer(
    client.POST('/api/v1/lookups/{table}/import', {
      params: { path: { table }, query: { environment, ...how } },
      body: sheet,
      bodySerializer: (text) => text,
      headers: { 'Content-Type': 'text/csv' },
    }),
  );

/** The whole table as CSV. */
export const exportAddress = (environment: string | undefined, table: string): string => {
  const query = environment ? `?environment=${encodeURIComponent(environment)}` : '';
  return `/api/v1/lookups/${encodeURIComponent(table)}/export${query}`;
};

export type Definition = components['schemas']['DefinitionIn'];

/** Says what the rows of a table are made of; a table that is not there is made. */
export const putDefinition = (
  environment: string | undefined,
  table: string,
  definition: Definition,
) =>
  answer(
    client.PUT('/api/v1/lookups/{table}/definition', {
      params: { path: { table }, query: { environment } },
      body: definition,
    }),
  );
