import { queries } from './queries';
import { root } from './root';
import { routes as audit } from '@/routes/audit/routes';
import { routes as books } from '@/routes/books/routes';
import { routes as connections } from '@/routes/connections/routes';
import { routes as deadLetters } from '@/routes/dead-letters/routes';
import { routes as environments } from '@/routes/environments/routes';
import { routes as events } from '@/routes/events/routes';
import { routes as flows } from '@/routes/flows/routes';
import { routes as home } from '@/routes/home/routes';
import { routes as lookups } from '@/routes/lookups/routes';
import { routes as runs } from '@/routes/runs/routes';
import { routes as search } from '@/routes/search/routes';
import { routes as settings } from '@/routes/settings/routes';
import { routes as start } from '@/routes/start/routes';
import { routes as versions } from '@/routes/versions/routes';
import { createRouter } from '@tanstack/react-router';

/** Every screen: one line each. Their code is loaded when they are opened. */
const tree = root.addChildren([
  ...home,
  ...flows,
  ...runs,
  ...events,
  ...deadLetters,
  ...books,
  ...lookups,
  ...connections,
  ...environments,
  ...audit,
  ...settings,
  ...search,
  ...versions,
  ...start,
]);

export const router = createRouter({
  routeTree: tree,
  context: { queries },
  defaultPreload: 'intent',
  defaultPendingMs: 400,
  scrollRestoration: true,
  // Filters in the address are plain texts, so that a link can be read and written by hand.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search as Record<string, unknown>).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    );
    const text = new URLSearchParams(given).toString();
    return text && `?${text}`;
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
