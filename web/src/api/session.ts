import { answer, client, showCsrf } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

/** Who looks at the app. */
export type Session = components['schemas']['SessionOut'];

/** Who we are. A server without accounts is open to its own machine. */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const found = await answer(client.GET('/api/v1/session'));
    showCsrf(found.csrf ?? null);
    return found;
  },
  staleTime: 60_000,
});

export const signIn = (body: components['schemas']['SignInIn']) =>
  answer(client.POST('/api/v1/session', { body }));

export const makeFirstAdmin = (body: components['schemas']['FirstAdminIn']) =>
  answer(client.POST('/api/v1/session/first_admin', { body }));

/** Lets the session go on as long as a new one. */
export const extendSession = () => answer(client.POST('/api/v1/session/extend'));

export const signOut = () => answer(client.DELETE('/api/v1/session'));
