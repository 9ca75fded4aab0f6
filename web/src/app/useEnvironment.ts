import { environments } from '@/api/environments';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';

/** The environment that is looked at: the one in the address, or the first there is. While it is still
 * asked which that is, no screen asks for anything. */
export function useEnvironment() {
  const { env } = useSearch({ from: '__root__' });
  const { data, isPending } = useQuery(environments);
  const all = data ?? [];
  const current = all.find((e) => e.name === env) ?? all[0];
  return { current, all, isNone: data?.length === 0, isAsked: isPending && !env };
}

/** Its name for calls; absent while unknown, when the server takes the only one. */
export function useEnvironmentName(): string | undefined {
  const { env } = useSearch({ from: '__root__' });
  const { current } = useEnvironment();
  return current?.name ?? env;
}
