import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Completeness = components['schemas']['CompletenessOut'];

/** Compares now, and fetches what is missing. */
export const compareNow = (environment: string | undefined) =>
  answer(client.POST('/api/v1/completeness', { params: { query: { environment } } }));

/** The inbox beside what each sender lists. */
export const completeness = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['events', 'completeness', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/completeness', { params: { query: { environment } } })),
  });
