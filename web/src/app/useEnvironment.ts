import { environments } from '@/api/environments';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';

/** The environment that is looked at: the one in the address, or the first there is. */
export function useEnvironment() {
  const { env } = useSearch({ from: '__root__' });
  const { data = [] } = useQuery(environments);
  return { current: data.find((e) => e.name === env) ?? data[0], all: data };
}

/** Its name for calls; absent while unknown, when the server takes the only one. */
export function useEnvironmentName(): string | undefined {
  const { env } = useSearch({ from: '__root__' });
  const { current } = useEnvironment();
  return current?.name ?? env;
}
