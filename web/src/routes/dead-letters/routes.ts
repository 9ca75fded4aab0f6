import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/dead-letters',
    component: lazyRouteComponent(() => import('./Causes'), 'Causes'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/dead-letters/$fingerprint',
    component: lazyRouteComponent(() => import('./Cause'), 'Cause'),
  }),
] as const;
