import { problemOf } from './problem';
import type { paths } from './schema';
import createClient from 'openapi-fetch';

/** Shown by calls that write while a session is signed in. */
let csrf: string | null = null;

export function showCsrf(token: string | null) {
  csrf = token;
}

/**
 * Tells what happens to the line: `over` when the server no longer knows who we are, `again` when it
 * answers as before and what was refused for that may be tried anew.
 */
export const line = new EventTarget();

/** The typed client of our API. Wrap calls in {@link answer}. */
export const client = createClient<paths>({ baseUrl: '/' });

client.use({
  onRequest({ request }) {
    if (csrf && request.method !== 'GET') request.headers.set('X-Towpath-Csrf', csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    const asksWho = schemaPath === '/api/v1/session';
    if (response.status === 401 && !asksWho) line.dispatchEvent(new Event('over'));
  },
});

interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a call, or a thrown {@link ProblemError}. */
export async function answer<T>(call: Promise<Reply<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response.status, error);
  return data as T;
}

/** The data of a call together with its `ETag`, which a change sends back as `If-Match`. */
export async function answerWithTag<T>(
  call: Promise<Reply<T>>,
): Promise<{ data: T; tag: string | null }> {
  const reply = await call;
  const data = await answer(Promise.resolve(reply));
  return { data, tag: reply.response.headers.get('ETag') };
}
