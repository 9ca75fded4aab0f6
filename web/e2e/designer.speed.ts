import { BASE, page, withPages } from './browser';
import { type Offers, thousand } from './thousand';
import { beforeAll, describe, expect, it } from 'vitest';

// D11, with an empty page measured beside it on the same machine in the same run.

const FLOW = 'e2e-thousand';

const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? NaN;
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

async function time(path: string, ready: string): Promise<number> {
  await page.goto('about:blank');
  const begun = performance.now();
  await page.goto(BASE + path, { waitUntil: 'commit' });
  await page.locator(ready).first().waitFor();
  return Math.round(performance.now() - begun);
}

interface Traced {
  ph: string;
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

const NAMES = ['ThreadControllerImpl::RunTask', 'RunTask'];

/**
 * The tasks of the page's main thread while `act` runs, in ms: how long each took, and how long the
 * processor worked on it, which a busy machine does not change.
 */
async function trace(what: string, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: Traced[];
  };
  const main = new Set(
    traceEvents
      .filter((one) => one.name === 'thread_name' && one.args?.name === 'CrRendererMain')
      .map((one) => `${one.pid}/${one.tid}`),
  );
  const tasks = traceEvents.filter(
    (one) => one.ph === 'X' && NAMES.includes(one.name) && main.has(`${one.pid}/${one.tid}`),
  );
  const worked = tasks.map((one) => (one.tdur ?? one.dur ?? 0) / 1000).toSorted((a, b) => b - a);
  const took = tasks.map((one) => (one.dur ?? 0) / 1000).toSorted((a, b) => b - a);
  const first = (all: number[]): string =>
    all
      .slice(0, 3)
      .map((one) => one.toFixed(1))
      .join(', ');
  tell(
    `${what}: ${tasks.length} tasks, longest by the processor ${first(worked)} ms; ` +
      `by the clock ${first(took)} ms, ${took.filter((one) => one > 50).length} over 50 ms`,
  );
  expect(tasks.length).toBeGreaterThan(0);
  return worked[0] ?? 0;
}

const call = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${BASE}/api/v1${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

withPages();
beforeAll(async () => {
  if (BASE === '') return;
  const catalog = await call('GET', '/catalog');
  const { connectors } = (await catalog.json()) as {
    connectors: { triggers: Offers['trigger'][]; operations: Offers['operation'][] }[];
  };
  const [trigger] = connectors.flatMap((one) => one.triggers);
  const [operation] = connectors.flatMap((one) => one.operations);
  if (!trigger || !operation) throw new Error('the catalog is empty');
  const tree = thousand(FLOW, { trigger, operation });
  const written = await call('POST', '/flows/edit', { tree, check: false });
  const { document } = (await written.json()) as { document: string };
  await call('POST', '/flows', { document });
});

describe.skipIf(BASE === '')('D11: a flow of 1,000 steps', () => {
  it('opens in under a second', async () => {
    const [empty, opened]: [number[], number[]] = [[], []];
    for (let n = 0; n < 5; n += 1) {
      empty.push(await time('/flows', 'main h1'));
      opened.push(await time(`/flows/${FLOW}`, '[role=treeitem][data-kind=step]'));
    }
    const asked = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((one) => /catalog|draft|edit/.test(one.name))
        .map((one) => `${new URL(one.name).pathname} ${Math.round(one.duration)}`),
    );
    tell(`asked: ${asked.join(', ')} ms`);
    tell(
      `opened ${JSON.stringify(opened)}, median ${median(opened)} ms; list of flows ${median(empty)} ms`,
    );
    expect(median(opened)).toBeLessThan(1_000 + median(empty));
  });

  it('scrolls and drags without a task that blocks the page', async () => {
    await page.goto(`${BASE}/flows/${FLOW}`);
    await page
      .getByRole('region', { name: 'Problems' })
      .getByText(/problem|warning/)
      .first()
      .waitFor();
    await page.waitForTimeout(2_000);
    const box = await page.locator('[role=tree]').boundingBox();
    if (!box) throw new Error('the canvas is not there');
    const [x, middle, edge] = [box.x + 260, box.y + box.height / 2, box.y + box.height - 12];
    await trace('scroll', async () => {
      await page.mouse.move(x, middle);
      for (let n = 0; n < 60; n += 1) {
        await page.mouse.wheel(0, 700);
        await page.waitForTimeout(25);
      }
    });
    await page.locator('[role=tree]').evaluate((one) => one.scrollTo(0, 0));
    await page.waitForTimeout(500);
    const from = await page.locator('[id="row-step:s1"]').boundingBox();
    if (!from) throw new Error('the step is not there');
    const longest = await trace('drag', async () => {
      await page.mouse.move(x, from.y + 40);
      await page.mouse.down();
      for (let n = 0; n < 240; n += 1) {
        await page.mouse.move(x + (n % 3), Math.min(edge, from.y + 40 + n * 10));
        await page.waitForTimeout(16);
      }
    });
    const scrolled = await page.locator('[role=tree]').evaluate((one) => one.scrollTop);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    tell(`dragged ${Math.round(scrolled)} px down`);
    expect(scrolled).toBeGreaterThan(1_000);
    expect(longest).toBeLessThanOrEqual(50);
  });
});
