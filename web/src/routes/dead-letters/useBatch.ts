import { answer, client } from '@/api/client';
import { useQuery } from '@tanstack/react-query';

const PAGES_MAX = 20;

/** How runs that were started together stand: they are among the newest, so few pages hold them. */
export function useBatch(environment: string | undefined, runs: readonly string[]) {
  return useQuery({
    queryKey: ['runs', 'batch', environment, runs],
    enabled: runs.length > 0,
    meta: { live: false },
    queryFn: async () => {
      const wanted = new Set(runs);
      const counts = { done: 0, failed: 0, open: 0 };
      let after: string | undefined;
      for (let page = 0; page < PAGES_MAX && wanted.size > 0; page += 1) {
        const { data, next } = await answer(
          client.GET('/api/v1/runs', { params: { query: { environment, limit: 200, after } } }),
        );
        for (const run of data.filter(({ id }) => wanted.delete(id))) {
          if (run.state === 'dead') counts.failed += 1;
          else if (run.ended_at) counts.done += 1;
          else counts.open += 1;
        }
        if (!next) break;
        after = next;
      }
      return { ...counts, total: runs.length };
    },
    refetchInterval: ({ state }) =>
      state.data && state.data.done + state.data.failed >= runs.length ? false : 1_000,
  });
}
