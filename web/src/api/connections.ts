import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Connection = components['schemas']['ConnectionOut'];

/** The connections of an environment. */
export const connections = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['connections', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/connections', { params: { query: { environment } } })),
  });

/** Asks the peer whether it answers and accepts the credential. */
export const checkConnection = (environment: string | undefined, connection: string) =>
  answer(
    client.POST('/api/v1/connections/{connection}/check', {
      params: { path: { connection }, query: { environment } },
    }),
  );
