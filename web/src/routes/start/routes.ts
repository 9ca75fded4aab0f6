import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/start',
    component: lazyRouteComponent(() => import('./Start'), 'Start'),
  }),
] as const;
