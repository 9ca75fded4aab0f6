import { BASE } from './browser';
import { fail, get, until } from './failures';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';

// The pictures of the README, on the demo's own data; each is a screen at work.

const FOLDER = '../docs/pictures';
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
});
afterAll(() => browser.close());

/** Opens a screen, does what is to be seen on it, and takes its picture. */
async function take(
  name: string,
  colorScheme: 'light' | 'dark',
  path: string,
  act: (page: Page) => Promise<unknown>,
): Promise<void> {
  const profile = await browser.newContext({
    viewport: { width: 1440, height: 780 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme,
  });
  const page = await profile.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`${BASE}${path}`);
  await act(page);
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: 'disabled' });
  await profile.close();
}

/** Chooses a step of a flow on the canvas. */
const choose = (page: Page, step: string): Promise<void> =>
  page
    .locator(`[id="row-step:${step}"] [data-kind]`)
    .first()
    .click({ position: { x: 150, y: 12 } });

describe.skipIf(!BASE)('pictures', () => {
  it('mapper', async () => {
    await take('mapper', 'light', '/flows/order-to-cash', async (page) => {
      await choose(page, 'address');
      await page.getByRole('button', { name: 'Map on a sample' }).click();
      await page.locator('[data-source="charge.amount"]').waitFor();
      await page.getByRole('combobox', { name: 'Sample', exact: true }).click();
      await page.getByRole('option', { name: 'EUR 59.50' }).first().click();
      await page.locator('[data-source="charge.currency"]').getByText('eur').waitFor();
      const result = page.getByRole('region', { name: 'Result', exact: true });
      const work = result.getByRole('button', { name: 'This step' });
      await work.click();
      await result.locator('details summary').first().click();
      await result.getByText('ChgBasicData').first().waitFor();
    });
  });

  it('run', async () => {
    interface Runs {
      data: { id: string; event: string }[];
    }
    const { data } = await get<Runs>(
      '/runs?environment=sandbox&flow=order-to-cash&state=done&limit=50',
    );
    await take('run', 'dark', `/runs/${data.at(-1)?.id ?? ''}`, async (page) => {
      await page.getByRole('button', { name: /order\b.*calls/ }).click();
      const attempt = page.getByRole('region', { name: 'Attempt 1' });
      await attempt.getByRole('button', { name: /Confirm/ }).click();
      await attempt.getByRole('region', { name: 'Response' }).waitFor();
    });
  });

  it('books', async () => {
    await take('books', 'dark', '/books', (page) =>
      page.getByText('Debits and credits are equal').first().waitFor(),
    );
  });

  it('home, designer and repair, with something to repair', async () => {
    const [key, cause] = await fail('notebook', [4_900, 2_450, 12_500, 1_999, 7_350]);
    await fail('calendar', [3_000, 1_800]);
    await take('home', 'light', '/', async (page) => {
      await page.getByText(key).first().waitFor();
      // What was just paid is booked within seconds.
      await until('the books that tie', async () => {
        await page.getByRole('button', { name: 'Ask now' }).click();
        return (await page.getByText('The books tie').count()) > 0 || undefined;
      });
    });
    await take('designer', 'light', '/flows/order-to-cash', async (page) => {
      await choose(page, 'session');
      await page.getByRole('button', { name: 'Map on a sample' }).waitFor();
    });
    await take('repair', 'dark', `/dead-letters/${cause.fingerprint}`, async (page) => {
      await page.getByLabel(/^value/).fill('MUG');
      await page.getByRole('button', { name: /^Dry run of 5/ }).click();
      await page.getByText(/5 of 5 would now go on/).waitFor();
    });
  });
});
