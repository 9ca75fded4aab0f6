import { answer, client } from './client';
import type { Replay } from './runs';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Cause = components['schemas']['CauseOut'];
export type Letter = components['schemas']['LetterOut'];

const PAGE = 100;

/** Open causes with their money: a row per cause and currency. */
export const causes = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['dead_letters', 'causes', environment],
    queryFn: () =>
      answer(
        client.GET('/api/v1/dead-letters/causes', {
          params: { query: { environment, limit: 200 } },
        }),
      ),
  });

/** Open letters, oldest first, of one cause or all. */
export const letters = (environment: string | undefined, fingerprint?: string) =>
  infiniteQueryOptions({
    queryKey: ['dead_letters', 'list', environment, fingerprint],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/dead-letters', {
          params: { query: { environment, fingerprint, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const replayCause = (fingerprint: string, how: Replay) =>
  answer(
    client.POST('/api/v1/dead-letters/causes/{fingerprint}/replay', {
      params: { path: { fingerprint } },
      body: how,
    }),
  );

export const replayLetter = (run: string, how: Replay) =>
  answer(
    client.POST('/api/v1/dead-letters/{run}/replay', { params: { path: { run } }, body: how }),
  );

export const discardLetter = (run: string, reason: string) =>
  answer(
    client.POST('/api/v1/dead-letters/{run}/discard', {
      params: { path: { run } },
      body: { reason },
    }),
  );

export type Answer = components['schemas']['AnswerIn'];

export const answerLetter = (run: string, given: Answer) =>
  answer(
    client.POST('/api/v1/dead-letters/{run}/answer', { params: { path: { run } }, body: given }),
  );

export type Trial = components['schemas']['TrialIn'];
export type Trace = components['schemas']['TraceOut'];

/** What a replay would come to; nothing is changed. */
export const tryLetter = (run: string, supposed: Trial) =>
  answer(
    client.POST('/api/v1/dead-letters/{run}/dry-run', {
      params: { path: { run } },
      body: supposed,
    }),
  );
