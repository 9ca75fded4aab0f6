import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Guide = components['schemas']['GuideOut'];
export type ReadyFlow = components['schemas']['ReadyFlowOut'];
export type Sandboxes = components['schemas']['SandboxesOut'];

/** What the program has for who begins: flows that are ready, and sandboxes. */
export const guide = queryOptions({
  queryKey: ['environments', 'guide'],
  queryFn: () => answer(client.GET('/api/v1/guide')),
  staleTime: 30_000,
});

/** The text and the samples of a flow that comes with the program. */
export const readyFlow = (flow: string) =>
  answer(client.GET('/api/v1/guide/flows/{flow}', { params: { path: { flow } } }));

/** Starts sandboxes within the server, in an environment of their own. */
export const startSandboxes = (): Promise<Sandboxes> =>
  answer(client.POST('/api/v1/guide/sandboxes'));
