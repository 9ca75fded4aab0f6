import { Api } from './api';
import { DEMO, page, withPages } from './browser';
import { type Fresh, buy, fresh, sandboxes } from './fresh';
import type { Locator } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// The whole way of a person: an empty server, a flow by drag alone and once more by keyboard alone, a
// purchase that arrives, what breaks, its repair, and the way back.

let server: Fresh;
let at: { shop: string; books: string };

withPages();
beforeEach(async () => {
  server = await fresh();
  at = await sandboxes(server.url);
});
afterEach(() => server.stop());

const row = (id: string): Locator => page.locator(`[role=treeitem][id="row-step:${id}"]`);
const end = (): Locator =>
  page.locator('[aria-label="Add a step at the end of this list"][data-outer]');
const offer = (name: string): Locator =>
  page.getByRole('navigation', { name: 'What can be added' }).getByRole('button', {
    name,
    exact: true,
  });

async function center(of: Locator): Promise<{ x: number; y: number }> {
  await of.scrollIntoViewIfNeeded();
  const box = await of.boundingBox();
  if (!box) throw new Error('it is not there');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Drags with the mouse, as a person does. */
async function drag(from: Locator, to: Locator): Promise<void> {
  const [begin, goal] = [await center(from), await center(to)];
  await page.mouse.move(begin.x, begin.y);
  await page.mouse.down();
  await page.mouse.move((begin.x + goal.x) / 2, goal.y, { steps: 4 });
  await page.mouse.move(goal.x, goal.y, { steps: 4 });
  await page.getByText(/^Drop /).waitFor();
  await page.mouse.up();
}

/** The field of the step view. */
const field = (name: string): Locator =>
  page.getByRole('region', { name: 'Mapping' }).locator(`[data-field="${name}"]`).first();

const find = (): Locator => page.getByRole('textbox', { name: 'Find in the sample' });
const source = (path: string): Locator => page.locator(`[data-source="${path}"]`);

/** Drags a value of the sample onto a field. */
async function map(path: string, target: string): Promise<void> {
  await find().fill(path);
  await source(path).dragTo(field(target));
}

/** Puts a function into an empty field by the picker, then a value of the sample into it by drag. */
/** Unfolds rows of the sample. */
async function unfold(paths: readonly string[]): Promise<void> {
  await find().fill('');
  for (const path of paths) {
    const row = source(path);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('svg').click();
  }
}

async function mapThrough(name: string, path: string, target: string): Promise<void> {
  await call(name, target);
  await map(path, target);
}

/** Puts a function into a field: what comes next goes between its brackets. */
async function call(name: string, target: string): Promise<void> {
  await field(target).click();
  await page.getByRole('button', { name: 'Function' }).click();
  await page.getByLabel('Find a function').fill(name);
  await page
    .getByRole('button', { name: new RegExp(`^${name}\\(`) })
    .first()
    .click();
}

async function openStep(id: string): Promise<void> {
  await row(id).click({ position: { x: 120, y: 40 } });
  await page.getByRole('button', { name: 'Map on a sample' }).click();
  await page.getByRole('region', { name: 'Mapping' }).waitFor();
}

const back = (): Promise<void> => page.getByRole('button', { name: 'Back to the canvas' }).click();

/** What a field comes to on the sample. */
const shows = (target: string, text: string): Promise<void> =>
  field(target)
    .locator('xpath=ancestor::*[.//*[@data-state]][1]')
    .locator('[data-state]')
    .filter({ hasText: text })
    .first()
    .waitFor();

async function publishAndDeploy(version: number): Promise<void> {
  await page.getByRole('link', { name: 'Publish', exact: true }).click();
  const publish = `Publish as version ${version}`;
  await page.getByLabel('Why it is changed').fill('The journey of a test');
  await page.getByRole('dialog').getByRole('button', { name: publish }).click();
  await page.getByRole('button', { name: `Deploy ${version}`, exact: true }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('The journey of a test');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Deploy ${version} to` })
    .click();
  await page.getByText(`Version ${version}`, { exact: true }).first().waitFor();
}

/** What has the focus, by the name that a screen reader says. */
const focused = (): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || at === document.body) return '';
    const labels = (at as HTMLInputElement).labels;
    const label = at.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? at.textContent;
    return label.replace(/[\s*]+$/, '').trim();
  });

/** Tabs until something of this name has the focus. */
async function tabTo(name: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let n = 0; n < 150; n += 1) {
    const now = await focused();
    if (typeof name === 'string' ? now === name : name.test(now)) return;
    seen.push(now);
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(name)} is not reached: ${[...new Set(seen)].join(' | ')}`);
}

/** Tabs to a field of the step and types in it. */
async function fill(name: string, text: string, then?: string): Promise<void> {
  await page.locator(`[data-field="${name}"]`).first().waitFor();
  const at = (): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.getAttribute('data-field'));
  for (let n = 0; (await at()) !== name; n += 1) {
    if (n > 150) throw new Error(`${name} is not reached`);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type(text);
  if (!then) return;
  await page.getByRole('listbox', { name: 'What it may be' }).waitFor();
  await page.keyboard.press(then);
}

/** Chooses from the list that is open, by typing. */
async function choose(text: string): Promise<void> {
  await page.getByRole('dialog').getByRole('combobox').waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Waits until keys go to the canvas again. */
const onCanvas = async (): Promise<void> => {
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'tree');
};

const treeName = async (): Promise<string> =>
  (await page.getByRole('tree').getAttribute('aria-label')) ?? '';

describe.skipIf(DEMO.binary === '')('the journey', () => {
  it('a flow by drag alone, tried on a real sample, in force, broken, repaired, rolled back', async () => {
    // One row is missing: what will break first.
    await new Api(server.url).put('/lookups/items', { rows: [{ key: 'prod_poster' }] });

    // A first purchase: no flow listens yet, and its event is the sample.
    const first = await buy(at.shop, 'prod_mug', 'Ada Byron');
    await page.goto(`${server.url}/events`);
    await page.getByText('charge.succeeded').first().waitFor();

    // Built from empty.
    await page.goto(`${server.url}/flows`);
    await page.getByRole('button', { name: 'New flow' }).click();
    await page.getByLabel('Title').fill('Shop to orders');
    await page.getByRole('button', { name: 'Begin', exact: true }).click();
    await page.getByRole('button', { name: 'Begin it' }).click();
    await page.getByRole('tree').waitFor();
    for (const step of [
      'A charge succeeded',
      'Check',
      'Find what was bought',
      'Create a customer',
      'Create a sales order',
    ]) {
      await drag(offer(step), end());
    }
    for (const id of ['check', 'checkout_session', 'customer', 'sales_order'])
      await row(id).waitFor();

    // Mapped on the real sample.
    await openStep('check');
    await map('charge.paid', 'check');
    for (const one of [
      'payment_intent',
      'customer',
      'billing_details.name',
      'billing_details.address',
    ]) {
      await page.keyboard.type(` && has(charge.${one})`);
    }
    await shows('check', 'true');
    await back();
    await openStep('checkout_session');
    await map('charge.payment_intent', 'with.payment_intent');
    await shows('with.payment_intent', 'pi_');
    await back();
    await openStep('customer');
    await map('charge.customer', 'with.external_id');
    await mapThrough('truncate', 'charge.billing_details.name', 'with.name');
    await page.keyboard.type(', 36');
    await page.getByText(/^More \(/).click();
    await call('address', 'with.address');
    await unfold(['charge.billing_details']);
    await source('charge.billing_details.address').dragTo(field('with.address'));
    await back();
    await openStep('sales_order');
    await map('steps.customer.number', 'with.customer');
    await map('charge.id', 'with.reference');
    await shows('with.reference', first);
    await mapThrough('date', 'charge.created', 'with.date');
    await page.keyboard.type(', ');
    await map('company.books_zone', 'with.date');
    await mapThrough('upper', 'charge.currency', 'with.currency');
    await shows('with.currency', 'USD');
    await unfold(['steps', 'steps.checkout_session']);
    await source('steps.checkout_session.lines').dragTo(field('with.lines'));
    await call('lookup', 'with.lines.to.item');
    await page.keyboard.type("'items', ");
    await map('line.product', 'with.lines.to.item');
    await map('line.quantity', 'with.lines.to.quantity');
    await mapThrough('money', 'line.amount_total', 'with.lines.to.amount');
    await page.keyboard.type(', ');
    await map('charge.currency', 'with.lines.to.amount');

    // Tried: nothing is sent.
    await page.getByRole('switch', { name: 'Ask the connected systems' }).click();
    await page.getByRole('button', { name: 'Whole flow' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText('sales_order', { exact: false }).first().waitFor();
    await back();
    await page.getByText('Draft saved').waitFor();

    // Published and in force.
    await publishAndDeploy(1);

    // A purchase in the shop arrives, live.
    await page.goto(`${server.url}/runs`);
    await page.getByText('No runs yet').waitFor();
    const shop = await page.context().newPage();
    await shop.goto(at.shop);
    await shop.getByRole('button', { name: 'Buy' }).click();
    await shop.getByText(/^Paid USD/).waitFor();
    const done = page.getByRole('row').filter({ hasText: 'Shop to orders' });
    await done.getByText('Done').waitFor();
    expect(await done.count()).toBe(1);
    await done.getByRole('link').first().click();
    await page.getByText('sales_order').first().waitFor();
    await shop.goto(at.books);
    await shop.getByRole('cell', { name: '1 × MUG' }).waitFor();

    // What breaks first: a row is missing. It is filled in where it is missed, and all is retried.
    await buy(at.shop, 'prod_poster', 'Mary Smith');
    await buy(at.shop, 'prod_poster', 'Jan de Vries');
    await page.goto(`${server.url}/dead-letters`);
    await page.getByRole('row').filter({ hasText: 'prod_poster' }).getByText('2').first().waitFor();
    await page.getByRole('link', { name: /prod_poster/ }).click();
    await page.getByRole('textbox', { name: 'value' }).fill('POSTER');
    await page.getByRole('button', { name: 'Add row and retry 2' }).click();
    await page.getByText(/^2 of 2 done/).waitFor();

    // Then a wrong mapping is put in force: the product's own id is no item of the ERP.
    await page.goto(`${server.url}/flows/shop-to-orders`);
    await openStep('sales_order');
    await field('with.lines.to.item').fill('=line.product');
    await back();
    await page.getByText('Draft saved').waitFor();
    await publishAndDeploy(2);
    await buy(at.shop, 'prod_mug', 'Yuki Tanaka');
    await buy(at.shop, 'prod_mug', 'Ada Byron');
    await page.goto(`${server.url}/dead-letters`);
    const cause = page.getByRole('row').filter({ hasText: 'prod_mug' });
    await cause.getByText('2').first().waitFor();

    // Rolled back, and retried on what is in force again.
    await page.goto(`${server.url}/flows/shop-to-orders/versions`);
    await page.getByRole('button', { name: 'Roll back to it' }).click();
    await page.getByRole('dialog').getByLabel('Why').fill('Version 2 sends the wrong item');
    await page.getByRole('button', { name: /^Roll back to 1/ }).click();
    await page.getByText('1, in force').waitFor();
    await page.goto(`${server.url}/dead-letters`);
    await cause.getByRole('link').first().click();
    await page.getByRole('button', { name: /^Retry 2/ }).click();
    await page.getByLabel('From the first step, on the current version').check();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Retry 2/ })
      .click();
    await page.getByText(/^2 of 2 done/).waitFor();

    // Each purchase that a version in force saw is one order.
    await shop.goto(at.books);
    const orders = shop.getByRole('region', { name: 'Orders' }).getByRole('row');
    expect(await orders.count()).toBe(1 + 5);
  }, 180_000);

  it('W1: built, put in force, broken, repaired and watched by keyboard alone', async () => {
    const keys = page.keyboard;
    await buy(at.shop, 'prod_mug', 'Ada Byron');
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await keys.press('g');
    await keys.press('f');
    await page.getByRole('heading', { name: 'Flows', exact: true }).waitFor();
    await tabTo('New flow');
    await keys.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo('Title');
    await keys.type('Keys to orders');
    await keys.press('Enter');
    await page.getByRole('button', { name: 'Begin it' }).waitFor();
    await tabTo('Begin it');
    await keys.press('Enter');
    await page.getByRole('tree').waitFor();
    await tabTo('Add what starts it');
    await keys.press('Enter');
    await choose('charge succeeded');
    await tabTo(await treeName());
    await keys.press('End');
    for (const step of ['infor.customer.create', 'infor.sales_order.create']) {
      await keys.press('/');
      await choose(step);
      await onCanvas();
    }
    await row('sales_order').waitFor();
    await keys.press('ArrowUp');
    await keys.press('Control+Enter');
    await fill('with.external_id', '=charge.?customer.orValue(charge.id)');
    await fill('with.name', "=truncate(charge.billing_details.?name.orValue('Guest'), 36)");
    await tabTo(/^More \(/);
    await keys.press('Enter');
    await fill('with.address', '=address(charge.billing_details.?address.orValue({}))');
    await keys.press('Escape');
    await keys.press('Escape');
    await onCanvas();
    await keys.press('ArrowDown');
    await keys.press('Control+Enter');
    await fill('with.customer', 'customer.number', 'Enter');
    await fill('with.reference', 'charge.id', 'Enter');
    await fill('with.date', '=date(charge.created, company.books_zone)');
    await fill('with.currency', '=upper(charge.currency)');
    const item = "lookup('items', charge.billing_details.?address.?country.orValue('none'))";
    const amount = 'money(charge.amount, charge.currency)';
    await fill('with.lines', `=[{'item': ${item}, 'quantity': 1, 'amount': ${amount}}]`);
    await keys.press('Control+Enter');
    await page.getByText('Draft saved').waitFor();
    await tabTo('Publish');
    await keys.press('Enter');
    await page.getByLabel('Why it is changed').waitFor();
    await tabTo('Why it is changed');
    await keys.type('by keyboard');
    await tabTo('Publish as version 1');
    await keys.press('Enter');
    await page.getByRole('button', { name: 'Deploy 1', exact: true }).waitFor();
    await tabTo('Deploy 1');
    await keys.press('Enter');
    await page.getByRole('dialog').getByLabel('Why').waitFor();
    await tabTo('Why');
    await keys.type('by keyboard');
    await tabTo('Deploy 1 to sandbox');
    await keys.press('Enter');
    await page.getByText('1, in force').waitFor();

    // What breaks: a row is missing. It is filled in where it is missed, and the letters are retried.
    await buy(at.shop, 'prod_mug', 'Mary Smith');
    await buy(at.shop, 'prod_mug', 'Jan de Vries');
    await keys.press('g');
    await keys.press('d');
    const cause = page.getByRole('region', { name: 'Causes' }).getByRole('row');
    await cause.filter({ hasText: 'has no row for US' }).getByText('2').first().waitFor();
    await tabTo(/has no row for US/);
    await keys.press('Enter');
    await page.getByRole('textbox', { name: 'value' }).waitFor();
    await tabTo('value');
    await keys.type('MUG');
    await tabTo('Add row and retry 2');
    await keys.press('Enter');
    await page.getByText(/^2 of 2 done/).waitFor();

    // Both are watched.
    await keys.press('g');
    await keys.press('r');
    const run = page.getByRole('row').filter({ hasText: 'Keys to orders' });
    await expect.poll(() => run.getByText('Done').count()).toBe(2);
    await tabTo(/^Done: run/);
    await keys.press('Enter');
    await page.getByRole('heading', { name: /^Keys to orders/ }).waitFor();
    await page.getByText('sales_order').first().waitFor();
  }, 120_000);
});
