import { BASE, launch, open } from './browser';
import { type Offers, thousand } from './thousand';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// D11, with an empty page measured beside it on the same machine in the same run.

const FLOW = 'e2e-thousand';
let browser: Browser;
let page: Page;

const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? NaN;
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

async function time(path: string, ready: string): Promise<number> {
  await page.goto('about:blank');
  const begun = performance.now();
  await page.goto(BASE + path, { waitUntil: 'commit' });
  await page.locator(ready).first().waitFor();
  return Math.round(performance.now() - begun);
}

/** Long tasks and frames from now on. */
const watch = (): Promise<void> =>
  page.evaluate(() => {
    const seen = { long: [] as number[], frames: [] as number[] };
    Object.assign(window, { seen });
    const tasks = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.long.push(Math.round(entry.duration));
    });
    tasks.observe({ type: 'longtask' });
    let last = performance.now();
    const frame = (now: number): void => {
      seen.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

async function report(what: string): Promise<number[]> {
  const seen = await page.evaluate(
    () => (window as unknown as { seen: { long: number[]; frames: number[] } }).seen,
  );
  const frames = seen.frames.slice(2).toSorted((a, b) => a - b);
  const at = (part: number): string => (frames[Math.floor(frames.length * part)] ?? NaN).toFixed(1);
  tell(
    `${what}: tasks over 50 ms ${JSON.stringify(seen.long)}; frames ${frames.length}, ` +
      `median ${at(0.5)} ms, 99 of 100 below ${at(0.99)} ms`,
  );
  return seen.long;
}

beforeAll(async () => {
  browser = await launch();
  ({ page } = await open(browser));
});
afterAll(() => browser.close());

describe.skipIf(BASE === '')('D11: a flow of 1,000 steps', () => {
  it('opens in under a second', async () => {
    await page.goto(`${BASE}/flows`);
    const offers = await page.evaluate(async () => {
      const answer = await fetch('/api/v1/catalog');
      const { connectors } = (await answer.json()) as {
        connectors: { triggers: Offers['trigger'][]; operations: Offers['operation'][] }[];
      };
      const [trigger, operation] = [
        connectors.flatMap((one) => one.triggers)[0],
        connectors.flatMap((one) => one.operations)[0],
      ];
      if (!trigger || !operation) throw new Error('the catalog is empty');
      return { trigger, operation };
    });
    await page.evaluate(
      async ([tree, path]) => {
        const send = (url: string, body: unknown): Promise<Response> =>
          fetch(url, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
          });
        const written = await send('/api/v1/flows/edit', { tree, check: false });
        const { document } = (await written.json()) as { document: string };
        await send(path, { document });
      },
      [thousand(FLOW, offers), '/api/v1/flows'] as const,
    );
    const [empty, opened]: [number[], number[]] = [[], []];
    for (let n = 0; n < 5; n += 1) {
      empty.push(await time('/flows', 'main h1'));
      opened.push(await time(`/flows/${FLOW}`, '[role=treeitem][data-kind=step]'));
    }
    tell(
      `opened ${JSON.stringify(opened)}, median ${median(opened)} ms; list of flows ${median(empty)} ms`,
    );
    expect(median(opened)).toBeLessThan(1_000 + median(empty));
  });

  it('scrolls and drags without a task that blocks the page', async () => {
    await page
      .getByRole('region', { name: 'Problems' })
      .getByText(/problem|warning/)
      .first()
      .waitFor();
    await page.waitForTimeout(2_000);
    const box = await page.locator('[role=tree]').boundingBox();
    if (!box) throw new Error('the canvas is not there');
    const [x, middle, edge] = [box.x + 260, box.y + box.height / 2, box.y + box.height - 12];
    await watch();
    await page.mouse.move(x, middle);
    for (let n = 0; n < 60; n += 1) {
      await page.mouse.wheel(0, 700);
      await page.waitForTimeout(25);
    }
    await report('scroll');
    await page.locator('[role=tree]').evaluate((one) => one.scrollTo(0, 0));
    await page.waitForTimeout(500);
    const from = await page.locator('[id="row-step:s1"]').boundingBox();
    if (!from) throw new Error('the step is not there');
    await watch();
    await page.mouse.move(x, from.y + 40);
    await page.mouse.down();
    for (let n = 0; n < 240; n += 1) {
      await page.mouse.move(x + (n % 3), Math.min(edge, from.y + 40 + n * 10));
      await page.waitForTimeout(16);
    }
    const scrolled = await page.locator('[role=tree]').evaluate((one) => one.scrollTop);
    const long = await report(`drag, ${Math.round(scrolled)} px down`);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(scrolled).toBeGreaterThan(1_000);
    expect(Math.max(0, ...long)).toBeLessThanOrEqual(50);
  });
});
