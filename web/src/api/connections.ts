import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Connection = components['schemas']['ConnectionOut'];

/** The connections of an environment. */
export const connections = (environment: string | undefined) =>
  queryOptions({
    queryKey: ['connections', environment],
    queryFn: () =>
      answer(client.GET('/api/v1/connections', { params: { query: { environment } } })),
  });

/** Asks the peer whether it answers and accepts the credential. */
export const checkConnection = (environment: string | undefined, connection: string) =>
  answer(
    client.POST('/api/v1/connections/{connection}/check', {
      params: { path: { connection }, query: { environment } },
    }),
  );

export type CredentialFile = components['schemas']['CredentialFileOut'];

/** What a vendor's file is for. Nothing is stored, and nothing secret comes back. */
export const readCredentialFile = async (file: File, text: string): Promise<CredentialFile> =>
  answer(client.POST('/api/v1/credential_files', { body: { name: file.name, text } }));

export const makeConnection = (
  environment: string,
  body: components['schemas']['NewConnectionIn'],
): Promise<Connection> =>
  answer(
    client.POST('/api/v1/environments/{environment}/connections', {
      params: { path: { environment } },
      body,
    }),
  );

/** Changes what is given; secrets that are left out stay. */
export const changeConnection = (
  environment: string,
  { name, revision }: Connection,
  body: components['schemas']['ConnectionChangeIn'],
): Promise<Connection> =>
  answer(
    client.PUT('/api/v1/environments/{environment}/connections/{connection}', {
      params: {
        path: { environment, connection: name },
        header: { 'If-Match': `"${revision}"` },
      },
      body,
    }),
  );

export const deleteConnection = (environment: string, { name, revision }: Connection) =>
  answer(
    client.DELETE('/api/v1/environments/{environment}/connections/{connection}', {
      params: {
        path: { environment, connection: name },
        header: { 'If-Match': `"${revision}"` },
      },
    }),
  );
