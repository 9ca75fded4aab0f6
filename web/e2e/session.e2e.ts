import { DEMO, page, violations, withPages } from './browser';
import { type Fresh, fresh } from './fresh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

withPages();
let server: Fresh;

describe.skipIf(!DEMO.binary)('a session', () => {
  beforeAll(async () => {
    server = await fresh();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('W8: tells some minutes before its end, and goes on with one press', async () => {
    const made = await page.request.post(`${server.url}/api/v1/session/first_admin`, {
      data: { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' },
    });
    expect(made.ok()).toBe(true);
    // As seven days later: the server's clock cannot be turned from here.
    const session = '**/api/v1/session';
    await page.route(session, async (route) => {
      const answer = await route.fetch();
      const told = (await answer.json()) as Record<string, unknown>;
      await route.fulfill({ response: answer, json: { ...told, ends_in_seconds: 300 } });
    });
    await page.goto(`${server.url}/settings`);
    await page.getByText(/^You will be signed out in [45] minutes/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.unroute(session);
    const extended = page.waitForResponse((answer) => answer.url().endsWith('/session/extend'));
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    const answer = await extended;
    expect(answer.status()).toBe(200);
    expect(await answer.headerValue('set-cookie')).toContain('Max-Age=604800');
    await page.getByText(/^You will be signed out/).waitFor({ state: 'detached' });
  });
});
