import { problemOf } from './problem';
import type { paths } from './schema';
import createClient from 'openapi-fetch';

/** Shown by calls that write while a session is signed in. */
let csrf: string | null = null;

export function showCsrf(token: string | null) {
  csrf = token;
}

/** The typed client of our API. Wrap calls in {@link answer}. */
export const client = createClient<paths>({ baseUrl: '/' });

client.use({
  onRequest({ request }) {
    if (csrf && request.method !== 'GET') request.headers.set('X-Towpath-Csrf', csrf);
    return request;
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
