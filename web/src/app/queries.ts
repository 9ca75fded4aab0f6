import { ProblemError } from '@/api/problem';
import { session } from '@/api/session';
import { QueryCache, QueryClient } from '@tanstack/react-query';

/** A refusal stays a refusal; only what may pass by itself is tried again. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.details.status >= 500;
}

/** What the server told, kept while it is fresh. Live events mark it as to be read again. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // A session that has ended is asked for again, which shows the sign-in.
    onError: (error, query) => {
      const isOver = error instanceof ProblemError && error.details.status === 401;
      if (isOver && query.queryKey[0] !== session.queryKey[0]) {
        void queries.invalidateQueries({ queryKey: session.queryKey });
      }
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) => count < 2 && mayPass(error),
    },
  },
});
