import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/runs',
    validateSearch: texts('state', 'flow', 'key'),
    component: lazyRouteComponent(() => import('./Runs'), 'Runs'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/runs/$run',
    validateSearch: texts('step'),
    component: lazyRouteComponent(() => import('./Run'), 'Run'),
  }),
] as const;
