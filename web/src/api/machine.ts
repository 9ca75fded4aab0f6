import { answer, client } from './client';
import { queryOptions } from '@tanstack/react-query';

/** The program, its database, and tokens that expire soon. */
export const machine = queryOptions({
  queryKey: ['accounts', 'machine'],
  queryFn: () => answer(client.GET('/api/v1/machine')),
  staleTime: 30_000,
});
