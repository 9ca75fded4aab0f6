import { queryOptions } from '@tanstack/react-query';
import { problemOf } from './problem';

export interface Environment {
  name: string;
  /** Absent where the server does not tell. */
  kind?: 'test' | 'live';
}

async function list(): Promise<Environment[]> {
  const response = await fetch('/api/v1/environments');
  if (response.ok) return ((await response.json()) as { data: Environment[] }).data;
  if (response.status !== 404) {
    throw problemOf(response.status, await response.json().catch(() => null));
  }
  // A server without a list of environments names them where it says that it is ready.
  const ready = (await (await fetch('/readyz')).json()) as {
    connections: { environment: string }[];
  };
  const names = new Set(ready.connections.map((connection) => connection.environment));
  return [...names].map((name) => ({ name }));
}

/** The environments of this server. */
export const environments = queryOptions({
  queryKey: ['environments'],
  queryFn: list,
  staleTime: 60_000,
});
