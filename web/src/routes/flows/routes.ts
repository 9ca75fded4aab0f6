import { texts } from '@/lib/address';
import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/flows',
    component: lazyRouteComponent(() => import('./Flows'), 'Flows'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow',
    validateSearch: texts('title', 'step'),
    component: lazyRouteComponent(() => import('./Design'), 'Design'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow/errors',
    validateSearch: texts('step'),
    component: lazyRouteComponent(() => import('./Errors'), 'Errors'),
  }),
] as const;
