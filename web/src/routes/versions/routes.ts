import { root } from '@/app/root';
import { texts } from '@/lib/address';
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow/versions',
    validateSearch: texts('publish', 'version'),
    component: lazyRouteComponent(() => import('./Versions'), 'Versions'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow/what-if/$id',
    component: lazyRouteComponent(() => import('./WhatIfPage'), 'WhatIfPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/flows/$flow/compare',
    validateSearch: texts('from', 'to'),
    component: lazyRouteComponent(() => import('./Compare'), 'Compare'),
  }),
] as const;
