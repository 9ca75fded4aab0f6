import type { Demo } from './server';
import axe from 'axe-core';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, onTestFailed } from 'vitest';

/** Where Towpath and its sandboxes answer: this worker's own. */
export const DEMO: Demo = ((demos) => {
  const demo = demos[Number(process.env.VITEST_POOL_ID) - 1];
  if (!demo) throw new Error(`no demo for worker ${process.env.VITEST_POOL_ID} of ${demos.length}`);
  return demo;
})(inject('demos'));
export const BASE = DEMO.towpath;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of its own, with a profile that nobody shares, and a browser for each file. */
export let page: Page;
let browser: Browser;
let profiles: BrowserContext[] = [];
let errors: string[] = [];

/**
 * Gives each test of a file its {@link page}. Any error of the app fails the test, in every page that
 * it opened.
 */
export function withPages(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: FLAGS,
    });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    [errors, profiles] = [[], []];
    page = await anotherPage();
    const { TOWPATH_PICTURES: folder } = process.env;
    // How the page looked when a test failed, for who mends it.
    if (folder) {
      onTestFailed(async ({ task }) => {
        if (page.isClosed()) return;
        await page.screenshot({ path: `${folder}/${task.name.replace(/\W+/g, '-')}.png` });
      });
    }
  });
  afterEach(async () => {
    await Promise.all(profiles.map((one) => one.close()));
    expect(errors).toEqual([]);
  });
}

/** One more page, as of another person at another machine. */
export async function anotherPage(): Promise<Page> {
  const profile = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  profile.setDefaultTimeout(20_000);
  profile.on('page', (opened) => opened.on('pageerror', ({ message }) => errors.push(message)));
  profiles.push(profile);
  return profile.newPage();
}

/** What axe finds wrong with the page: rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // A colour on its way to another is none that anybody reads.
  await page.evaluate(() => {
    const ends = (one: Animation): boolean => one.effect?.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map((one) => one.finished),
    );
  });
  const found = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    }),
  );
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => `${node.target.join(' ')} (${node.failureSummary ?? ''})`)
        .slice(0, 3)
        .join(' | ')}`,
  );
}

/** The screen shows what it has: no placeholder is left. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1, main h2').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
}
