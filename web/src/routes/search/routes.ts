import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/search',
    validateSearch: texts('q'),
    component: lazyRouteComponent(() => import('./Search'), 'Search'),
  }),
] as const;
