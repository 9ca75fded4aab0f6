import { texts } from '@/lib/address';
import { root } from '@/app/root';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: texts('subject'),
    component: lazyRouteComponent(() => import('./Audit'), 'Audit'),
  }),
] as const;
