import { texts } from '@/lib/address';
import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/lookups',
    component: lazyRouteComponent(() => import('./Lookups'), 'Lookups'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/lookups/$table',
    validateSearch: texts('key', 'at'),
    component: lazyRouteComponent(() => import('./Table'), 'Table'),
  }),
] as const;
