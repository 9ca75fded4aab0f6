import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/lookups',
    component: lazyRouteComponent(() => import('./Lookups'), 'Lookups'),
  }),
] as const;
