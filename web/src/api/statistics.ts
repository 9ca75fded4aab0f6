import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Statistics = components['schemas']['StatisticsOut'];

/** How the steps of a flow do where it is in force. */
export const statistics = (flow: string, environment: string | undefined) =>
  queryOptions({
    queryKey: ['runs', 'statistics', flow, environment],
    queryFn: () =>
      answer(
        client.GET('/api/v1/flows/{flow}/statistics', {
          params: { path: { flow }, query: { environment } },
        }),
      ),
  });

const PAGE = 100;

/** The open letters of one step, of the version that is in force, oldest first. */
export const stepErrors = (flow: string, environment: string | undefined, step: string) =>
  infiniteQueryOptions({
    queryKey: ['dead_letters', 'of_step', flow, environment, step],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/flows/{flow}/errors', {
          params: { path: { flow }, query: { environment, step, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
