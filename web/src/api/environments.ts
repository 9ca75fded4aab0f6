import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Environment = components['schemas']['EnvironmentOut'];

/** The environments of this server. */
export const environments = queryOptions({
  queryKey: ['environments'],
  queryFn: async () => (await answer(client.GET('/api/v1/environments'))).data,
  staleTime: 60_000,
});
