import { BASE, page, settled, withPages, violations } from './browser';
import { describe, expect, it } from 'vitest';

// Every screen on the demo's data, light and dark, wide and narrow.

withPages();

/** The first row of a list of the API. */
async function first(path: string): Promise<Record<string, string>> {
  const answer = await fetch(`${BASE}/api/v1${path}`);
  const { data } = (await answer.json()) as { data: Record<string, string>[] };
  return data[0] ?? {};
}

const SCREENS: readonly (readonly [title: string, address: () => Promise<string> | string])[] = [
  ['home', () => '/'],
  ['first steps', () => '/start'],
  ['flows', () => '/flows'],
  ['the designer', () => '/flows/order-to-cash'],
  ['versions', () => '/flows/order-to-cash/versions'],
  ['runs', () => '/runs'],
  ['a run', async () => `/runs/${(await first('/runs?limit=1')).id}`],
  ['events', () => '/events'],
  ['an event', async () => `/events/${(await first('/events?limit=1')).id}`],
  ['dead letters', () => '/dead-letters'],
  ['books', () => '/books'],
  ['lookups', () => '/lookups'],
  ['a lookup table', () => '/lookups/items'],
  ['connections', () => '/connections'],
  ['environments', () => '/environments'],
  ['audit', () => '/audit'],
  ['settings', () => '/settings'],
  ['search', () => '/search?q=ch_'],
  ['a page that is not there', () => '/nowhere'],
];

const WIDTHS = [1440, 390];

describe.skipIf(BASE === '')('every screen', () => {
  it.each(SCREENS)('W10: axe finds nothing on %s', async (_, address) => {
    await page.goto(BASE + (await address()));
    await settled(page);
    const found: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const one of await violations(page)) found.push(`${width} ${colorScheme}: ${one}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('W9: nothing but tables and the canvas is wider than 320 px', async () => {
    await page.setViewportSize({ width: 320, height: 800 });
    const wide: string[] = [];
    const look = async (title: string): Promise<void> => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) wide.push(`${title}: ${width} px`);
    };
    for (const [title, address] of SCREENS) {
      await page.goto(BASE + (await address()));
      await settled(page);
      await look(title);
    }
    await page.route(/\/api\/v1\/live/, (route) => route.abort());
    await page.reload();
    await page.getByText(/^Paused at/).waitFor();
    await look('a lost line');
    expect(wide).toEqual([]);
  });
});
