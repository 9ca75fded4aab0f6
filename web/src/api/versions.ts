import { answer, answerWithTag, client } from './client';
import type { components } from './schema';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

type Schemas = components['schemas'];
export type Version = Schemas['List_VersionOut']['data'][number];
export type Deployment = Schemas['DeploymentOut'];
export type Deployed = Schemas['DeployedOut'];
export type Proposal = Schemas['ProposalOut'];
export type Waiting = Schemas['WaitingIn'];
export type Preview = Schemas['PreviewOut'];

const PAGE = 100;

/** The versions of a flow, newest first. */
export const versions = (flow: string) =>
  infiniteQueryOptions({
    queryKey: ['versions', flow],
    queryFn: ({ pageParam: after }) =>
      answer(
        client.GET('/api/v1/flows/{flow}/versions', {
          params: { path: { flow }, query: { limit: PAGE, after } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** The text of a version. */
export const version = (flow: string, number: number) =>
  queryOptions({
    queryKey: ['versions', 'one', flow, number],
    queryFn: () =>
      answer(
        client.GET('/api/v1/flows/{flow}/versions/{version}', {
          params: { path: { flow, version: number } },
        }),
      ),
    staleTime: Infinity,
  });

/** What was in force in an environment, newest first, with the tag that a rollback needs. */
export const deployments = (flow: string, environment: string | undefined) =>
  queryOptions({
    queryKey: ['deployments', flow, environment],
    queryFn: () =>
      answerWithTag(
        client.GET('/api/v1/flows/{flow}/deployments', {
          params: { path: { flow }, query: { environment, limit: PAGE } },
        }),
      ),
  });

/** What is saved of a flow, with the tag that publishing needs. */
export const savedDraft = (flow: string) =>
  queryOptions({
    queryKey: ['versions', 'draft', flow],
    queryFn: () =>
      answerWithTag(client.GET('/api/v1/flows/{flow}/draft', { params: { path: { flow } } })),
    staleTime: 0,
  });

/** Makes the draft a version, or proposes it where the rules want a second person. */
export const publish = (flow: string, tag: string, reason: string) =>
  answer(
    client.POST('/api/v1/flows/{flow}/versions', {
      params: { path: { flow }, header: { 'If-Match': tag } },
      body: { reason },
    }),
  );

/** What is to be put in force: a version by itself, or what is in force elsewhere. */
export type Target =
  { environment: string; version: number } | { from: string; to: string; accept: string[] };

/** What would come of it; nothing is changed. */
export const preview = (flow: string, target: Target) =>
  queryOptions({
    queryKey: ['deployments', 'preview', flow, target],
    queryFn: () => {
      const params = { path: { flow } };
      return 'from' in target
        ? answerWithTag(
            client.POST('/api/v1/flows/{flow}/promote/preview', { params, body: target }),
          )
        : answerWithTag(
            client.POST('/api/v1/flows/{flow}/deployments/preview', { params, body: target }),
          );
    },
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });

export interface How {
  reason: string;
  /** What becomes of runs that wait on the version before. */
  waiting: Waiting;
}

/** Puts a version in force, or proposes it where the rules want a second person. */
export const deploy = (
  flow: string,
  target: Target,
  tag: string,
  how: How,
): Promise<Deployed | Proposal> => {
  const params = { path: { flow }, header: { 'If-Match': tag } };
  return 'from' in target
    ? answer(client.POST('/api/v1/flows/{flow}/promote', { params, body: { ...target, ...how } }))
    : answer(
        client.POST('/api/v1/flows/{flow}/deployments', { params, body: { ...target, ...how } }),
      );
};

/** Puts what was in force before in force again. */
export const rollback = (
  flow: string,
  environment: string,
  to: string | undefined,
  tag: string,
  how: How,
) =>
  answer(
    client.POST('/api/v1/flows/{flow}/rollback', {
      params: { path: { flow }, header: { 'If-Match': tag } },
      body: { environment, ...how, ...(to ? { to } : {}) },
    }),
  );

/** One thing that differs between two versions. */
export type FlowChange = Schemas['FlowChangeOut'];

/** Two versions of a flow compared by what they mean: a number, `draft`, or `live:<environment>`. */
export const flowDiff = (flow: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['versions', 'diff', flow, from, to],
    queryFn: async (): Promise<FlowChange[]> => {
      const found = await answer(
        client.GET('/api/v1/flows/{flow}/diff', {
          params: { path: { flow }, query: { from, to } },
        }),
      );
      return found.changes;
    },
    staleTime: 0,
    retry: false,
  });
