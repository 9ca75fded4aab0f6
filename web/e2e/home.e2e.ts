import { BASE, page, withPages, violations } from './browser';
import { causeOf, fail, get } from './failures';
import { beforeEach, describe, expect, it } from 'vitest';

// Named after the points of the home page.

withPages();
beforeEach(() => page.setDefaultTimeout(30_000));

const home = async () => {
  await page.goto(`${BASE}/?env=sandbox`);
  await page.getByRole('region', { name: 'Matched' }).waitFor();
};

interface Sum {
  currency?: string;
  count: number;
  amount_minor: number;
}
interface Stands {
  matched: Sum[];
  in_transit: Sum[];
  needs_you: { dead_letters: (Sum & { age: string })[] };
}
const standing = () => get<Stands>('/books/standing?environment=sandbox');
const count = (sums: Sum[]) => sums.reduce((all, sum) => all + sum.count, 0);

describe.skipIf(!BASE)('home', () => {
  it('H1: the proof has both sides per currency and its time, and is asked anew on request', async () => {
    await home();
    const table = page.locator('table').first();
    for (const currency of ['EUR', 'USD', 'GBP', 'JPY']) {
      await table.getByText(currency).first().waitFor();
    }
    expect(await table.locator('thead').innerText()).toContain('Clearing');
    const fresh = page.waitForResponse((answer) => answer.url().includes('fresh=true'));
    await page.getByRole('button', { name: 'Ask now' }).click();
    expect((await fresh).ok()).toBe(true);
    await page.getByText('as of').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('H2: matched, in transit and needs you are in money, and lead to the rows that they count', async () => {
    await fail('h2', [1_234]);
    await home();
    const stands = await standing();
    expect(count(stands.matched)).toBeGreaterThan(0);
    const matched = page.getByRole('region', { name: 'Matched' });
    await matched.getByRole('link', { name: /entries/ }).click();
    await page.getByRole('table', { name: 'Journal entries' }).waitFor();
    expect(page.url()).toContain('state=posted');

    await home();
    const needs = page.getByRole('region', { name: 'Needs you' });
    const letters = needs.getByRole('link', { name: /^Dead letters, .* of 0–1 d$/ });
    const told = Number(await letters.innerText());
    await letters.click();
    await page.getByRole('table', { name: 'Dead letters of this age' }).waitFor();
    await page.getByText(`${told} ${told === 1 ? 'row' : 'rows'}, all shown`).waitFor();

    await home();
    const transit = page.getByRole('region', { name: 'In transit' });
    await transit.getByRole('link', { name: /open deposits?/ }).click();
    await page.getByText(/^Only those within their usual time/).waitFor();
  });

  it('H3: what needs a person is one row per cause with its cure as a button', async () => {
    const [key] = await fail('h3', [200_000, 210_000]);
    await home();
    const row = page.getByRole('region', { name: 'Causes' }).locator('tr', { hasText: key });
    await row.waitFor();
    expect(await row.count()).toBe(1);
    await row.getByRole('link', { name: 'Add row' }).click();
    await page.getByRole('button', { name: 'Add row and retry 2' }).waitFor();
  });

  it('H7: the machine is one line', async () => {
    await home();
    const strip = page.getByRole('region', { name: 'Whether everything works' });
    const text = await strip.innerText();
    expect(text).toMatch(/Connections \d+\/\d+/);
    expect(text).toMatch(/Queue \d+/);
    expect(text).toContain('Last deployment');
    await page
      .getByRole('region', { name: 'Completeness' })
      .getByText(/not checked yet|of \d+|could not be read/)
      .first()
      .waitFor();
    const box = await strip.boundingBox();
    expect(box?.height).toBeLessThan(48);
  });

  it('H8: what leads can be chosen and stays chosen', async () => {
    await home();
    const first = () => page.locator('main h2').first().innerText();
    await page.getByText('Flows', { exact: true }).last().click();
    await page.getByRole('table', { name: 'Flows' }).waitFor();
    expect(await first()).toContain('Flows');
    await page.reload();
    await page.getByRole('table', { name: 'Flows' }).waitFor();
    await page.getByText('Machine', { exact: true }).first().click();
    await page.getByText('Database', { exact: true }).waitFor();
    expect(await first()).toMatch(/^Connections/);
    expect(await violations(page)).toEqual([]);
  });

  it('H8: for an engineer flows lead with errors, p95 and last run; for an administrator versions and what expires', async () => {
    await fail('h8', [1_100]);
    await home();
    await page.getByText('Flows', { exact: true }).last().click();
    const table = page.getByRole('table', { name: 'Flows' });
    const row = table.locator('tr', { hasText: 'Order to cash' });
    await row.waitFor();
    const heads = await table.locator('thead').innerText();
    for (const head of ['Open errors', 'p95', 'Last run', 'Not published']) {
      expect(heads.toLowerCase()).toContain(head.toLowerCase());
    }
    expect(await row.innerText()).toMatch(/\d+ ms|\d+(\.\d)? s|\d+ min/);
    expect(await violations(page)).toEqual([]);
    const count = row.getByRole('link', { name: /^\d+$/ });
    const told = Number(await count.innerText());
    expect(told).toBeGreaterThan(0);
    await count.click();
    await page.getByRole('table', { name: 'Dead letters of order-to-cash' }).waitFor();
    await page.getByText(`${told} ${told === 1 ? 'row' : 'rows'}, all shown`).waitFor();

    await home();
    await page.getByText('Machine', { exact: true }).first().click();
    for (const fact of ['Version', 'Expiring', 'Backup']) {
      await page.getByText(fact, { exact: true }).waitFor();
    }
    expect(await violations(page)).toEqual([]);
  });

  it('H9: it changes by itself, says as of when, and says so when the line is lost', async () => {
    await home();
    const [key] = await fail('h9', [300_000]);
    await page.getByRole('region', { name: 'Causes' }).getByText(key).first().waitFor();
    await causeOf(key, 1);
    await page.getByText('as of').last().waitFor();
    // What tells of changes is cut off.
    await page.route(/\/api\/v1\/live/, (route) => route.abort());
    await page.reload();
    await page.getByText(/^Paused at/).waitFor();
    await page.unrouteAll();
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
