import { ProblemError } from '@/api/problem';
import { line } from '@/api/client';
import { session } from '@/api/session';
import { QueryClient } from '@tanstack/react-query';

/** A refusal stays a refusal; only what may pass by itself is tried again. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.details.status >= 500;
}

/** What the server told, kept while it is fresh. Live events mark it as to be read again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (count, error) => count < 2 && mayPass(error),
    },
  },
});

// A session that has ended is asked for again, which shows the sign-in.
line.addEventListener('over', () => {
  void queries.invalidateQueries({ queryKey: session.queryKey });
});
