import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/events',
    validateSearch: texts('connection', 'type', 'state', 'id'),
    component: lazyRouteComponent(() => import('./Events'), 'Events'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/events/$event',
    component: lazyRouteComponent(() => import('./Event'), 'Event'),
  }),
] as const;
