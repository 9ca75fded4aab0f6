import { answer, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Event = components['schemas']['EventOut'];
export type EventRun = components['schemas']['EventRunOut'];
export type EventDetail = components['schemas']['EventDetailOut'];

export interface EventFilter {
  connection?: string | undefined;
  type?: string | undefined;
  /** What became of it. */
  state?: string | undefined;
  /** The beginning of the sender's id, or of the business key of a run. */
  search?: string | undefined;
}

const PAGE = 100;

/** Events, newest first, page by page. */
export const events = (environment: string | undefined, filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: ['events', environment, filter],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/events', {
          params: { query: { ...filter, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** The newest events, of all types or of one. */
export const newestEvents = (environment: string | undefined, limit: number, type?: string) =>
  queryOptions({
    queryKey: ['events', 'newest', environment, limit, type],
    queryFn: () =>
      answer(client.GET('/api/v1/events', { params: { query: { environment, type, limit } } })),
  });

/** An event with its masked payload. */
export const event = (id: string) =>
  queryOptions({
    queryKey: ['events', 'one', id],
    queryFn: () =>
      answer(client.GET('/api/v1/events/{event}', { params: { path: { event: id } } })),
  });
