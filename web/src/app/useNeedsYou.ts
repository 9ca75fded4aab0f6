import { useEnvironmentName } from './useEnvironment';
import { causes } from '@/api/deadLetters';
import { useQuery } from '@tanstack/react-query';

/** How many dead letters are open. */
export function useNeedsYou(): number {
  const environment = useEnvironmentName();
  const { data } = useQuery({ ...causes(environment), enabled: environment !== undefined });
  return data?.data.reduce((sum, cause) => sum + cause.count, 0) ?? 0;
}
