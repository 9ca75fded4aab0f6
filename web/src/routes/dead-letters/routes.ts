import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/dead-letters',
    validateSearch: texts('mine', 'tag', 'age', 'flow'),
    component: lazyRouteComponent(() => import('./Causes'), 'Causes'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/dead-letters/$fingerprint',
    component: lazyRouteComponent(() => import('./Cause'), 'Cause'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/meanings',
    component: lazyRouteComponent(() => import('./Meanings'), 'Meanings'),
  }),
] as const;
