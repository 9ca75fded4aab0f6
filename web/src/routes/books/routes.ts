import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/books',
    validateSearch: texts('view', 'state', 'reference', 'all', 'standing', 'age', 'usual'),
    component: lazyRouteComponent(() => import('./Books'), 'Books'),
  }),
] as const;
