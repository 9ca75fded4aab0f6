import { answer, client } from './client';
import { ProblemError } from './problem';
import type { components } from './schema';

export type Draft = components['schemas']['DraftOut'];

/** The draft of a flow, not checked, or its newest version where nothing is saved; null if there is no such flow. */
export async function draft(flow: string): Promise<Draft | null> {
  try {
    const params = { path: { flow }, query: { check: false } };
    return await answer(client.GET('/api/v1/flows/{flow}/draft', { params }));
  } catch (error) {
    if (error instanceof ProblemError && error.details.status === 404) return null;
    throw error;
  }
}

/** Begins a flow with a draft. */
export const beginDraft = (document: string, samples: string[] = []): Promise<Draft> =>
  answer(client.POST('/api/v1/flows', { body: { document, samples } }));

/** Saves a draft that was changed from a revision; refused if another was saved meanwhile. Its samples stay if none are given. */
export const saveDraft = (
  flow: string,
  revision: number,
  document: string,
  samples?: readonly string[],
): Promise<Draft> =>
  answer(
    client.PUT('/api/v1/flows/{flow}/draft', {
      params: { path: { flow }, header: { 'If-Match': `"${revision}"` } },
      body: { document, ...(samples ? { samples: [...samples] } : {}) },
    }),
  );

/** Throws away what is saved of a flow. */
export const discardDraft = (flow: string, revision: number): Promise<unknown> =>
  answer(
    client.DELETE('/api/v1/flows/{flow}/draft', {
      params: { path: { flow }, header: { 'If-Match': `"${revision}"` } },
    }),
  );
