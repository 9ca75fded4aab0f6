import { BASE, page, withPages, violations } from './browser';
import { draft, openStep, ownId, redraft, saved } from './drafts';
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';

// Named after the points of the step view: samples, dry runs, forms.

let flow: string;

const text = (id: string): string => `schema: 1
flow: ${id}
title: One step
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: customer
    use: infor.customer.create
    with:
      external_id: =charge.id
      name: =truncate(charge.billing_details.?name.orValue(charge.id), 36)
      address: =address(charge.billing_details.?address.orValue({}))
  - id: guest
    use: infor.customer.update
    with:
      number: =company.collective_customer
      name: Somebody Else
      as_of: =charge.created
  - id: deposit
    use: infor.journal.post
    with:
      reference: =charge.id
      entry:
        reference: =charge.id
        kind: J4
        date: =date(charge.created, company.books_zone)
        currency: =upper(charge.currency)
        text: By hand
        rule_revision: 1
        lines:
          - account: '1090'
            amount_minor: =charge.amount
          - account: '2090'
            amount_minor: =0 - charge.amount
`;

const field = (name: string): Locator => page.locator(`textarea[data-field="with.${name}"]`);
const pane = (name: string): Locator => page.getByRole('region', { name, exact: true });
const choose = async (name: RegExp | string): Promise<void> => {
  await page.getByRole('combobox', { name: 'Sample', exact: true }).click();
  await page.getByRole('option', { name }).first().click();
};
const work = async (name: string): Promise<void> => {
  const button = pane('Result').getByRole('button', { name, exact: true });
  await expect.poll(() => button.isEnabled()).toBe(true);
  await button.click();
};

withPages();
beforeEach(async () => {
  page.setDefaultTimeout(15_000);
  flow = ownId('step');
  await draft(page, text(flow));
  await openStep(page, flow, 'customer');
});

describe.skipIf(BASE === '')('the step view', () => {
  it('S1: three panes, each folds, and widths are remembered', async () => {
    const width = async (): Promise<number> =>
      (await pane('Sample').boundingBox())?.width ?? Number.NaN;
    const before = await width();
    const edge = page.getByRole('separator', { name: 'Width of the sample' });
    await edge.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(width).toBe(before + 24);
    await page.getByRole('button', { name: 'Fold the result' }).click();
    await page.getByRole('button', { name: 'Show the result' }).waitFor();
    await openStep(page, flow, 'customer');
    await page.getByRole('button', { name: 'Show the result' }).waitFor();
    expect(await width()).toBe(before + 24);
    await page.getByRole('button', { name: 'Fold the sample' }).click();
    await expect.poll(width).toBeLessThan(40);
    await page.getByRole('button', { name: 'Show the sample' }).click();
  });

  it('S2: a sample is a live event, a pinned one, an example, or made by hand, for the whole flow', async () => {
    await page.getByRole('combobox', { name: 'Sample', exact: true }).click();
    await page.getByText('Latest live events, persons hidden').waitFor();
    await page.getByText('Examples, made up').waitFor();
    await page.getByRole('option', { name: /UTC$/ }).first().click();
    // Of a live event persons are hidden.
    await page.getByLabel('Find in the sample').fill('billing_details.name');
    await page.locator('[data-source="charge.billing_details.name"]').getByText('•••').waitFor();
    await page.getByLabel('Find in the sample').fill('');
    await choose(/JPY/);
    await page.locator('[data-source="charge.currency"]').getByText('jpy').waitFor();
    await choose('Made by hand…');
    const typed = page.getByLabel('The event, as the peer sends it');
    const body = JSON.parse(await typed.inputValue()) as { data: { object: { amount: number } } };
    body.data.object.amount = 777;
    await typed.fill(JSON.stringify(body));
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.locator('[data-source="charge.amount"]').getByText('777').waitFor();
    // It holds for the other steps, too.
    await page.getByRole('button', { name: 'Back to the canvas' }).click();
    await page
      .locator('[id="row-step:deposit"]')
      .locator('[data-kind]')
      .first()
      .click({ position: { x: 150, y: 12 } });
    await page.getByRole('button', { name: 'Map on a sample' }).click();
    await page.locator('[data-source="charge.amount"]').getByText('777').waitFor();
  });

  it('S2: every trigger of a flow gives samples', async () => {
    const many = `trigger:
  - stripe.charge.succeeded
  - stripe.charge.captured
`;
    await redraft(page, flow, text(flow).replace('trigger: stripe.charge.succeeded\n', many));
    await openStep(page, flow, 'customer');
    await choose(/^EUR 59.50 · .*captured/);
    await page.locator('[data-source="charge.currency"]').getByText('eur').waitFor();
    await choose(/^EUR 59.50 · .*succeeded/);
    const pins = pane('Result').getByRole('region', { name: 'Pinned samples' });
    const pin = async (id: string): Promise<void> => {
      await pins.getByRole('button', { name: 'Pin the present sample' }).click();
      await page.getByLabel('Id').last().fill(id);
      await page.getByRole('button', { name: 'Pin it' }).click();
      await pins.getByText(id).waitFor();
    };
    await pin('at-once');
    await choose(/^EUR 59.50 · .*captured/);
    await pin('later');
    const { samples } = await saved(page, flow);
    expect(samples.map((one) => /^trigger: (.*)$/m.exec(one)?.[1])).toEqual([
      'stripe.charge.succeeded',
      'stripe.charge.captured',
    ]);
  });

  it('S3: a sample is pinned beside the flow with its effects, is worked with every change, and a broken one shows expected beside actual', async () => {
    await choose('EUR 59.50');
    const pins = pane('Result').getByRole('region', { name: 'Pinned samples' });
    await pins.getByRole('button', { name: 'Pin the present sample' }).click();
    await page.getByLabel('Id').last().fill('pays-in-euro');
    await page.getByRole('button', { name: 'Pin it' }).click();
    await pins.getByText('1 as expected').waitFor();
    const { samples } = await saved(page, flow);
    expect(samples).toHaveLength(1);
    expect(samples[0]).toContain('sample: pays-in-euro');
    expect(samples[0]).toContain('use: infor.customer.create');
    expect(samples[0]).toContain('name: Ada Example');
    await field('name').fill('Somebody');
    await pins.getByText('1 of 1 not as expected').waitFor();
    await pins.getByText(/`name` is "Somebody" instead of "Ada Example"/).waitFor();
    // It keeps the flow from being published.
    await expect.poll(async () => (await saved(page, flow)).document).toContain('Somebody');
    await page.goto(`${BASE}/flows/${flow}/versions`);
    await page.getByText('1 of 1 samples not as expected').waitFor();
    expect(await page.getByRole('button', { name: 'Publish as version 1' }).isDisabled()).toBe(
      true,
    );
  });

  it('S4, S5: a dry run of a step, up to it, or of all: no write is sent, what would be sent is drawn', async () => {
    await choose('EUR 59.50');
    await work('This step');
    const effect = pane('Result').locator('details', { hasText: 'infor.customer.create' }).first();
    await effect.getByText(/would be sent as/).waitFor();
    await pane('Result')
      .getByText(/No write is sent/)
      .waitFor();
    await work('Whole flow');
    const posting = pane('Result').locator('details', { hasText: 'infor.journal.post' }).first();
    await posting.locator('summary').click();
    await posting.getByRole('columnheader', { name: 'Debit' }).waitFor();
    // Both sums are the same.
    const sums = await posting.locator('tfoot td').allTextContents();
    expect(sums.at(-1)).toBe(sums.at(-2));
  });

  it('S4: reads may go to the connected systems: the difference to what they have is drawn', async () => {
    await openStep(page, flow, 'guest');
    await choose('EUR 59.50');
    await page.getByLabel('Ask the connected systems what they have').check({ force: true });
    await work('This step');
    const effect = pane('Result').locator('details', { hasText: 'infor.customer.update' }).first();
    await effect.locator('summary').first().click();
    await effect.getByRole('columnheader', { name: 'There now' }).waitFor();
    await effect.getByRole('row', { name: /^name/ }).locator('ins').waitFor();
  });

  it('S6: no formula, however wrong or large, stops the page or changes the sample', async () => {
    await choose('EUR 59.50');
    await page.locator('[data-source="charge.amount"]').waitFor();
    const list = `[${Array.from({ length: 60 }, (_, n) => n).join(', ')}]`;
    const nested = `${list}.map(a, ${list}.map(b, ${list}.map(c, ${list}.map(d, a + b + c + d))))`;
    await field('name').fill(`=text(${nested}.size())`);
    const entry = page.locator('[data-entry="with.name"]');
    await entry.locator('[data-state=error], [data-state=large], [data-code]').first().waitFor();
    // The page answers while it is worked, and the other field has its value.
    await field('external_id').fill('=charge.id');
    await page.locator('[data-entry="with.external_id"]').getByText('ch_example').waitFor();
    await field('name').fill("=charge.billing_details.?name.orValue('')");
    await entry.locator('[data-state=value]').getByText('Ada Example').waitFor();
    await page.locator('[data-source="charge.amount"]').getByText(/5950/).waitFor();
  });

  it('S7: the form has what is required first, the rest under More, with help, the name in the ERP and lengths', async () => {
    const form = pane('Mapping');
    const names = await form
      .locator('textarea[data-field^="with."]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-field')));
    expect(names.slice(0, 2)).toEqual(['with.external_id', 'with.name']);
    const name = page.locator('[data-entry="with.name"]');
    expect(await name.textContent()).toContain('at most 36');
    expect(await name.textContent()).toContain('CUNM');
    await form
      .getByText(/^More \(/)
      .first()
      .click();
    await field('email').waitFor();
    await form.getByText('CUCD', { exact: false }).first().waitFor();
  });

  it.each(['light', 'dark'] as const)('W10: axe finds nothing, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await choose('EUR 59.50');
    await work('Dry run up to here');
    await pane('Result')
      .getByText(/would be sent/)
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });
});
