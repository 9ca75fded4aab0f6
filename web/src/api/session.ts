import { queryOptions } from '@tanstack/react-query';
import { csrfHeaders, showCsrf } from './client';
import { problemOf } from './problem';

/** Who looks at the app. */
export interface Session {
  account: { id: string; name: string; email: string; role: string } | null;
  csrf: string | null;
  /** No account exists yet. */
  first_run: boolean;
  /** `open`: everything is allowed from this machine. */
  mode: 'open' | 'sign_in';
}

const OPEN: Session = { account: null, csrf: null, first_run: false, mode: 'open' };

/** Who we are. A server without accounts is open to its own machine. */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session> => {
    const response = await fetch('/api/v1/session');
    if (response.status === 404) return OPEN;
    const body: unknown = await response.json();
    if (!response.ok) throw problemOf(response.status, body);
    const found = body as Session;
    showCsrf(found.csrf);
    return found;
  },
  staleTime: 60_000,
});

async function post(path: string, body: object) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
}

export const signIn = (given: { email: string; password: string }) =>
  post('/api/v1/session', given);

export const makeFirstAdmin = (given: {
  name: string;
  email: string;
  password: string;
  code?: string;
}) => post('/api/v1/session/first_admin', given);

export async function signOut() {
  const response = await fetch('/api/v1/session', {
    method: 'DELETE',
    headers: csrfHeaders(),
  });
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null));
}
