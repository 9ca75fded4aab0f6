import { answer, answerWithTag, client } from './client';
import type { Replay } from './runs';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

export type Cause = components['schemas']['CauseOut'];
export type Letter = components['schemas']['LetterOut'];

const PAGE = 100;

export interface CauseFilter {
  /** Only those of the reader. */
  mine?: boolean;
  tag?: string | undefined;
}

/** Open causes with their money: a row per cause and currency. */
export const causes = (environment: string | undefined, filter: CauseFilter = {}) =>
  queryOptions({
    queryKey: ['dead_letters', 'causes', environment, filter],
    queryFn: () =>
      answer(
        client.GET('/api/v1/dead-letters/causes', {
          params: { query: { environment, ...filter, limit: 200 } },
        }),
      ),
  });

export interface LetterFilter {
  fingerprint?: string | undefined;
  /** `fresh`, `week`, `older`. */
  age?: string | undefined;
  flow?: string | undefined;
}

/** Open letters, oldest first, of one cause or all. */
export const letters = (environment: string | undefined, filter: LetterFilter) =>
  infiniteQueryOptions({
    queryKey: ['dead_letters', 'list', environment, filter],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/dead-letters', {
          params: { query: { ...filter, environment, limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

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

export type Care = components['schemas']['CareOut'];
export type Assignee = components['schemas']['AssigneeOut'];

/** Who takes care of a cause, and the tag that a change of it shows. */
export const care = (environment: string | undefined, fingerprint: string) =>
  queryOptions({
    queryKey: ['dead_letters', 'care', environment, fingerprint],
    queryFn: () =>
      answerWithTag(
        client.GET('/api/v1/dead-letters/causes/{fingerprint}/care', {
          params: { path: { fingerprint }, query: { environment } },
        }),
      ),
  });

export const putCare = (
  environment: string | undefined,
  fingerprint: string,
  tag: string | null,
  body: components['schemas']['CareIn'],
) =>
  answer(
    client.PUT('/api/v1/dead-letters/causes/{fingerprint}/care', {
      params: {
        path: { fingerprint },
        query: { environment },
        header: { 'If-Match': tag ?? '' },
      },
      body,
    }),
  );

/** Who may take care of a cause. */
export const assignees = queryOptions({
  queryKey: ['accounts', 'assignees'],
  queryFn: () => answer(client.GET('/api/v1/dead-letters/assignees')),
});

/** The tags that causes have. */
export const tags = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['dead_letters', 'tags', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/dead-letters/tags', { params: { query: { environment } } })),
  });

/** Puts a tag on a cause, or takes it off. */
export const setTag = (
  environment: string | undefined,
  fingerprint: string,
  tag: string,
  isOn: boolean,
) => {
  const params = { path: { fingerprint, tag }, query: { environment } };
  const path = '/api/v1/dead-letters/causes/{fingerprint}/tags/{tag}';
  return answer(isOn ? client.PUT(path, { params }) : client.DELETE(path, { params }));
};

/** What was said about a cause, newest first. */
export const comments = (environment: string | undefined, fingerprint: string) =>
  queryOptions({
    queryKey: ['dead_letters', 'comments', environment, fingerprint],
    queryFn: () =>
      answer(
        client.GET('/api/v1/dead-letters/causes/{fingerprint}/comments', {
          params: { path: { fingerprint }, query: { environment, limit: 50 } },
        }),
      ),
  });

export const comment = (environment: string | undefined, fingerprint: string, text: string) =>
  answer(
    client.POST('/api/v1/dead-letters/causes/{fingerprint}/comments', {
      params: { path: { fingerprint }, query: { environment } },
      body: { text },
    }),
  );

export type Meaning = components['schemas']['MeaningOut'];

/** What the codes of dead letters mean. */
export const meanings = queryOptions({
  queryKey: ['meanings'],
  queryFn: () => answer(client.GET('/api/v1/meanings')),
  staleTime: Infinity,
});
