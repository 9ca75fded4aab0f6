import { answer, client } from './client';
import type { components } from './schema';
import { queryOptions } from '@tanstack/react-query';

export type Environment = components['schemas']['EnvironmentOut'];
export type Company = components['schemas']['CompanyIn'];

/** The environments of this server. */
export const environments = queryOptions({
  queryKey: ['environments'],
  queryFn: async () => (await answer(client.GET('/api/v1/environments'))).data,
  staleTime: 60_000,
});

export const makeEnvironment = (body: components['schemas']['NewEnvironmentIn']) =>
  answer(client.POST('/api/v1/environments', { body }));

/** Changes the company whose books an environment keeps. */
export const changeEnvironment = ({ name, revision }: Environment, company: Company) =>
  answer(
    client.PATCH('/api/v1/environments/{environment}', {
      params: { path: { environment: name }, header: { 'If-Match': `"${revision}"` } },
      body: { company },
    }),
  );
