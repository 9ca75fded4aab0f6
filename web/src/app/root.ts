import { createRootRouteWithContext, retainSearchParams } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { Layout } from './Layout';
import { NotFound } from './NotFound';
import { RouteError } from './RouteError';

/** What every address may carry: the environment that is looked at. */
export interface RootSearch {
  env?: string;
}

export const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  validateSearch: (search: Record<string, unknown>): RootSearch =>
    typeof search.env === 'string' ? { env: search.env } : {},
  search: { middlewares: [retainSearchParams(['env'])] },
  component: Layout,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});
