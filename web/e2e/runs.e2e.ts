import { BASE, DEMO, page, withPages, violations } from './browser';
import { afterEach, describe, expect, it } from 'vitest';

// Named after the points of events, runs and the designer's numbers. Each test buys something of its
// own at the sandbox shop.

let count = 0;

interface Bought {
  charge: string;
  payment_intent: string;
  customer: string;
}

async function post(url: string, body: unknown, method = 'POST'): Promise<unknown> {
  const reply = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

const api = async <T>(path: string): Promise<T> => {
  const reply = await fetch(`${BASE}/api/v1/${path}`);
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as T;
};

/** Asks until an answer is as it should be. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((next) => setTimeout(next, 100));
  }
}

const buy = async (email: string, product = 'prod_mug'): Promise<Bought> =>
  (await post(`${DEMO.stripe}/_sandbox/purchases`, {
    currency: 'usd',
    customer: 'new',
    customer_details: {
      name: `Rosa Lock ${process.pid}`,
      email,
      address: { line1: '1 Basin Road', city: 'Springfield', postal_code: '62701', country: 'US' },
    },
    line_items: [{ product, name: 'Mug', quantity: 1, amount_subtotal: 1_500 }],
    payment_method: 'pm_card_bypassPending',
  })) as Bought;

const KEY = { authorization: 'Bearer sk_test_sandbox00000000000000000000000000' };

interface Run {
  id: string;
  state: string;
}

/** The run of the flow that makes orders, once it is in one of these states. */
const orderRun = (charge: string, ...states: string[]): Promise<Run> =>
  until(async () => {
    const { data } = await api<{ data: Run[] }>(`runs?flow=order-to-cash&search=${charge}`);
    return data.find(({ state }) => states.includes(state));
  });

const slowM3 = (operation: string, times?: number): Promise<unknown> =>
  post(`${DEMO.infor}/__sim/faults`, {
    match: { operation },
    ...(times ? { times } : {}),
    action: {
      kind: 'status',
      status: 429,
      message: 'Spike arrest violation',
      headers: { 'retry-after': '1' },
    },
  });
const cure = (): Promise<unknown> => post(`${DEMO.infor}/__sim/faults`, {}, 'DELETE');

const mail = (): string => `rosa.${process.pid}.${(count += 1)}@example.com`;

withPages();
afterEach(async () => {
  await cure();
});

describe.skipIf(!DEMO.stripe || !DEMO.infor)('events and runs', () => {
  it('R1: the inbox tells what became of every event, with amount, key and duplicates', async () => {
    const bought = await buy(mail());
    await orderRun(bought.charge, 'done');
    await page.goto(`${BASE}/events?type=charge.succeeded&id=${bought.charge}`);
    const row = page.getByRole('row').filter({ hasText: bought.charge });
    await row.getByText('Done').waitFor();
    await row.getByText('15.00').waitFor();
    expect(await row.count()).toBe(1);

    const [event] = (
      await api<{ data: { id: string; source_id: string }[] }>(`events?search=${bought.charge}`)
    ).data;
    await post(`${DEMO.stripe}/_sandbox/events/${event?.source_id}/resend`, {});
    await page.goto(`${BASE}/events/${event?.id}`);
    await page.getByText(/2, of which 1 was a duplicate and ignored/).waitFor();

    await page.goto(`${BASE}/events?state=ignored`);
    await page
      .getByText(/no flow that was in force listened to/)
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('R2: received n of n against the list of the sender; a gap is fetched and named', async () => {
    const endpoints = await fetch(`${DEMO.stripe}/v1/webhook_endpoints`, { headers: KEY });
    const { data } = (await endpoints.json()) as { data: { id: string }[] };
    const mode = `${DEMO.stripe}/_sandbox/webhooks/${data[0]?.id}/mode`;
    await post(mode, { drop_every: 1 });
    const bought = await buy(mail());
    const line = page.getByRole('region', { name: 'Completeness' });
    try {
      await page.goto(`${BASE}/events`);
      await page.getByRole('button', { name: 'Compare now' }).click();
      await orderRun(bought.charge, 'done');
    } finally {
      await post(mode, {});
    }
    await line.getByText(/received ([\d,.]+) of \1 listed events/).waitFor();
    await line.getByText('What no delivery had brought').click();
    await line.getByText('charge.succeeded').first().waitFor();

    await page.goto(`${BASE}/`);
    await page
      .getByRole('region', { name: 'Completeness' })
      .getByText(/received ([\d,.]+) of \1 listed events/)
      .waitFor();
  });

  it('R3: each attempt shows input, request, response, duration, class and message; persons are hidden', async () => {
    await slowM3('OIS100MI/*', 1);
    const bought = await buy(mail());
    const run = await orderRun(bought.charge, 'done');
    await page.goto(`${BASE}/runs/${run.id}`);
    await page
      .getByRole('button', { name: /order\b.*calls/ })
      .first()
      .click();
    const first = page.getByRole('region', { name: 'Attempt 1' });
    await first.getByText('rate limited').waitFor();
    await first
      .getByText(/\d+ ms/)
      .first()
      .waitFor();
    await first.getByRole('button', { name: /OIS100MI/ }).click();
    await first.getByRole('region', { name: 'Input of the step' }).getByText('customer').waitFor();
    await first.getByRole('region', { name: 'Request' }).getByText('OIS100MI').first().waitFor();
    await first.getByRole('region', { name: 'Response' }).getByText('Spike arrest').waitFor();
    const second = page.getByRole('region', { name: 'Attempt 2' });
    await second
      .getByRole('button', { name: /OIS100MI/ })
      .first()
      .click();
    await second.getByRole('region', { name: 'Response' }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('Rosa Lock');

    await page
      .getByRole('button', { name: /customer\b.*calls?/ })
      .first()
      .click();
    const made = page.getByRole('region', { name: 'Attempt 1' });
    await made
      .getByRole('button', { name: /CRS610MI/ })
      .first()
      .click();
    await made.getByText('hidden').first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain('Rosa Lock');
    expect(await violations(page)).toEqual([]);
  });

  it('R4: waiting says for what and until when: 429 with the next try, and held behind which event', async () => {
    await slowM3('OIS100MI/*');
    const bought = await buy(mail());
    const run = await orderRun(bought.charge, 'retry');
    await page.goto(`${BASE}/runs/${run.id}`);
    await page.getByText(/429 from m3, next try \d/).waitFor();
    await page.goto(`${BASE}/events?state=waiting`);
    await page
      .getByRole('row')
      .filter({ hasText: bought.charge })
      .first()
      .getByText(/429 from m3, next try \d/)
      .waitFor();
    const form = new URLSearchParams({ charge: bought.charge, amount: '500' });
    await fetch(`${DEMO.stripe}/v1/refunds`, { method: 'POST', headers: KEY, body: form });
    await page.goto(`${BASE}/events?state=held`);
    await page
      .getByText(/held behind evt_\w+ in the same order/)
      .first()
      .waitFor();
    await cure();
    await orderRun(bought.charge, 'done');
  });

  it('R5: search finds a run by any id in hand, and by an e-mail that stays hidden', async () => {
    const email = mail();
    const bought = await buy(email);
    const run = await orderRun(bought.charge, 'done');
    const { steps } = await api<{
      steps: { id: string; output?: { number?: string } }[];
    }>(`runs/${run.id}`);
    const number = (id: string): string =>
      steps.find((step) => step.id === id)?.output?.number ?? `no number of ${id}`;
    for (const text of [
      bought.charge,
      bought.payment_intent,
      bought.customer,
      number('order'),
      number('customer'),
      email,
    ]) {
      await page.goto(`${BASE}/search?q=${encodeURIComponent(text)}`);
      await page.getByRole('table', { name: 'Found' }).getByText(bought.charge).first().waitFor();
    }
    expect(await page.getByRole('table', { name: 'Found' }).innerText()).not.toContain(email);

    await page.keyboard.press('Control+k');
    await page.getByPlaceholder(/any id/).fill(bought.charge);
    await page.getByText(`Run ${bought.charge}`).first().click();
    await page.waitForURL(/\/runs\/run_/);
  });

  it('R6: from a run to the version that ran it, and to the same step in the designer', async () => {
    const bought = await buy(mail());
    const run = await orderRun(bought.charge, 'done');
    await page.goto(`${BASE}/runs/${run.id}`);
    await page
      .getByRole('button', { name: /order\b.*calls/ })
      .first()
      .click();
    await page.getByRole('link', { name: 'Show this step in the designer' }).click();
    await page.locator('[role=treeitem][id="row-step:order"][aria-selected=true]').waitFor();
    await page.goBack();
    const version = page.locator('dt', { hasText: 'Version' }).locator('..').getByRole('link');
    await version.click();
    await page.getByRole('heading', { name: /^Version \d+$/ }).waitFor();
    await page.getByText('flow: order-to-cash').waitFor();
  });

  it('D10: a step shows open errors, last run and p95; a click opens exactly those errors', async () => {
    const product = `prod_unknown_${process.pid}`;
    const dead = await buy(mail(), product);
    const run = await orderRun(dead.charge, 'dead');
    await orderRun((await buy(mail())).charge, 'done');
    await page.goto(`${BASE}/flows/order-to-cash`);
    const row = (id: string) => page.locator(`[role=treeitem][id="row-step:${id}"]`);
    await row('customer')
      .getByText(/p95 \d/)
      .waitFor();
    await row('customer').getByText(/last/).waitFor();
    const badge = row('lines').getByRole('link', { name: /open errors?/ });
    const told = Number.parseInt(await badge.innerText(), 10);
    await badge.click();
    const found = page.getByRole('table', { name: 'Open errors' });
    await found.getByText(run.id).waitFor();
    expect(await found.getByRole('row').count()).toBe(told + 1);
    expect(await violations(page)).toEqual([]);
  });
});
