import { BASE, page, withPages, violations } from './browser';
import { draft, openStep, ownId, redraft, saved } from './drafts';
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';

// Named after the points of the mapper. Each test maps a flow of its own, on an example event or on
// one that the demo received.

let flow: string;

const text = (id: string): string => `schema: 1
flow: ${id}
title: Mapped
trigger: stripe.charge.succeeded
key: =charge.id
steps:
  - id: session
    use: stripe.checkout_session.find
    with:
      payment_intent: =charge.?payment_intent.orValue('')
  - id: maybe
    when: =charge.amount > 100
    set:
      note: =charge.?description.orValue('')
  - id: order
    use: infor.sales_order.create
    with:
      customer: C100042
      reference: =charge.id
      date: =date(charge.created, company.books_zone)
      currency: =upper(charge.currency)
`;

const field = (name: string): Locator => page.locator(`textarea[data-field="with.${name}"]`);
/** The field with its result and its problems. */
const around = (name: string): Locator => page.locator(`[data-entry="with.${name}"]`);
const way = (name: string): Locator => page.getByLabel(`How ${name} gets its value`);
const source = (path: string): Locator => page.locator(`[data-source="${path}"]`);
interface Body {
  data: { object: { metadata: Record<string, string> } };
}
/** Takes the present sample, changed, as one made by hand. */
async function byHand(change: (body: Body) => void): Promise<void> {
  await choose('Made by hand…');
  const typed = page.getByLabel('The event, as the peer sends it');
  const body = JSON.parse(await typed.inputValue()) as Body;
  change(body);
  await typed.fill(JSON.stringify(body));
  await page.getByRole('button', { name: 'Use it' }).click();
}
const results = (): Locator => page.locator('[data-state]');
const choose = async (name: RegExp | string): Promise<void> => {
  await page.getByRole('combobox', { name: 'Sample', exact: true }).click();
  await page.getByRole('option', { name }).first().click();
};

withPages();
beforeEach(async () => {
  page.setDefaultTimeout(15_000);
  flow = ownId('mapper');
  await draft(page, text(flow));
  await openStep(page, flow, 'order');
  await choose('EUR 59.50');
  await source('charge').waitFor();
});

describe.skipIf(BASE === '')('the mapper', () => {
  it('M1: values of the sample beside the form, searched on both sides, filtered on demand', async () => {
    await page.getByLabel('Find in the sample').fill('ada');
    await source('charge.billing_details.name').getByText('Ada Example').waitFor();
    await page.getByLabel('Find in the sample').fill('');
    const form = page.getByRole('region', { name: 'Mapping' });
    await page.getByLabel('Find a field').fill('payment terms');
    await field('terms').waitFor();
    expect(await form.locator('textarea[data-field^="with."]').count()).toBe(1);
    await page.getByLabel('Find a field').fill('');
    const which = page.getByRole('group', { name: 'Which fields are shown' });
    await which.getByRole('button', { name: 'mapped', exact: true }).click();
    await expect.poll(() => form.locator('textarea[data-field^="with."]').count()).toBe(4);
    await field('customer').fill('=charge.nothing_like_it');
    await which.getByRole('button', { name: 'broken' }).click();
    await field('customer').waitFor();
    await expect.poll(() => field('reference').count()).toBe(0);
    await which.getByRole('button', { name: 'unmapped' }).click();
    await field('terms').waitFor();
    expect(await field('reference').count()).toBe(0);
  });

  it('M2: a source is inserted by a click, by a drag, and by typing a part of its name or value', async () => {
    await page
      .getByText(/^More \(/)
      .first()
      .click();
    await field('terms').click();
    await source('charge.description').click();
    await expect.poll(() => field('terms').inputValue()).toBe('=charge.description');
    await page.getByLabel('Find in the sample').fill('currency');
    await source('charge.currency').dragTo(field('payment_method'));
    await expect.poll(() => field('payment_method').inputValue()).toBe('=charge.currency');
    await expect
      .poll(() => field('payment_method').evaluate((one) => one === document.activeElement))
      .toBe(true);
    await field('order_type').fill('Ada Ex');
    await page.getByRole('option', { name: /charge\.billing_details\.name/ }).waitFor();
    await field('order_type').press('Enter');
    expect(await field('order_type').inputValue()).toBe('=charge.billing_details.name');
  });

  it('M3: grid and lines show one document, with one undo', async () => {
    await page.locator('label', { hasText: /^Lines$/ }).click();
    await page.locator('svg path[data-state]').first().waitFor({ state: 'attached' });
    const before = await page.locator('svg path[data-state]').count();
    await field('customer').fill('=charge.customer');
    await expect.poll(() => page.locator('svg path[data-state]').count()).toBe(before + 1);
    await page.locator('label', { hasText: /^Grid$/ }).click();
    await expect.poll(() => page.locator('svg path[data-state]').count()).toBe(0);
    expect(await field('customer').inputValue()).toBe('=charge.customer');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await expect.poll(() => field('customer').inputValue()).toBe('C100042');
  });

  it('M4: the result stands under the field within 100 ms, and an unfinished formula keeps the last', async () => {
    const shown = around('currency').getByText('EUR', { exact: true });
    await shown.waitFor();
    const took: number[] = [];
    for (const cut of [3, 2, 1, 3, 2]) {
      await field('currency').fill(`=left(upper(charge.currency), ${cut}`);
      await around('currency').locator('[data-old]').waitFor();
      const wanted = 'EUR'.slice(0, cut);
      // Measured in the page: from the key that ends the formula to the result that is drawn.
      const measured = page.evaluate(
        async ([name, end]) => {
          const input = document.querySelector<HTMLTextAreaElement>(`[data-field="${name}"]`);
          const box = input?.closest('[data-entry]');
          const begun = await new Promise<number>((done) =>
            input?.addEventListener('input', () => done(performance.now()), { once: true }),
          );
          for (;;) {
            const value = box?.querySelector('[data-state=value] .mono')?.textContent;
            if (value === end) return performance.now() - begun;
            await new Promise(requestAnimationFrame);
          }
        },
        ['with.currency', wanted] as const,
      );
      await field('currency').press('End');
      await page.keyboard.type(')');
      took.push(await measured);
    }
    const median = took.toSorted((a, b) => a - b)[2] ?? NaN;
    process.stdout.write(
      `M4: ${took.map(Math.round).join(', ')} ms, median ${Math.round(median)}\n`,
    );
    // What is promised is 100 ms on a machine that does nothing else; this bound is for a busy one.
    expect(median).toBeLessThan(1_500);
  });

  it('M5: how a field gets its value, its default and what a missing value does are seen and changed', async () => {
    expect(await way('reference').inputValue()).toBe('source');
    expect(await way('customer').inputValue()).toBe('constant');
    expect(await way('date').inputValue()).toBe('formula');
    await page
      .getByText(/^More \(/)
      .first()
      .click();
    await field('terms').fill('=charge.metadata.level');
    const missing = page.getByLabel('When terms is missing');
    expect(await missing.inputValue()).toBe('error');
    await around('terms').locator('[data-state=error]').waitFor();
    await missing.selectOption('skip');
    expect(await field('terms').inputValue()).toBe('=charge.metadata.?level');
    await around('terms').getByText('nothing: the field is left out').waitFor();
    await missing.selectOption('default');
    await page.getByLabel('Default of terms').fill('N30');
    expect(await field('terms').inputValue()).toBe("=charge.metadata.?level.orValue('N30')");
    await around('terms').getByText('N30', { exact: true }).waitFor();
    await way('terms').selectOption('lookup');
    await page.getByLabel('Table of terms').selectOption('payment_terms');
    expect(await field('terms').inputValue()).toBe(
      "=lookup('payment_terms', charge.metadata.level)",
    );
    // Required: it cannot be left out.
    const choices = page.getByLabel('When reference is missing').locator('option');
    expect(await choices.allTextContents()).toEqual(['is an error', 'takes a default']);
  });

  it('M6: functions by purpose with an example on the sample; completion; the names of spreadsheets', async () => {
    await field('customer').click();
    await page.getByRole('button', { name: 'Function', exact: true }).click();
    await page.getByRole('heading', { name: 'Money', exact: true }).waitFor();
    const upper = page.locator('[data-function=upper]');
    await upper.locator('[data-worked]').waitFor();
    expect(await upper.textContent()).toContain('charge.');
    const find = page.getByLabel('Find a function');
    for (const [typed, first] of [
      ['IF', 'if'],
      ['ROUND', 'round'],
      ['TEXT', 'text'],
      ['VLOOKUP', 'lookup'],
      ['IFERROR', 'coalesce'],
      ['SUBSTITUTE', 'replace'],
    ]) {
      await find.fill(typed ?? '');
      await expect
        .poll(() => page.locator('[data-function]').first().getAttribute('data-function'))
        .toBe(first);
    }
    await find.press('Escape');
    await field('customer').fill('=uppe');
    const option = page.getByRole('option', { name: /^upper\(\)/ });
    await option.waitFor();
    expect(await option.textContent()).toContain('→');
    await field('customer').press('Enter');
    expect(await field('customer').inputValue()).toBe('=upper()');
    await page.keyboard.type('charge.custo');
    await page.getByRole('option', { name: /charge\.customer.*text.*cus_example/ }).waitFor();
    await page.keyboard.press('Enter');
    expect(await field('customer').inputValue()).toBe('=upper(charge.customer)');
  });

  it('M6: every function that a spreadsheet name leads to is there', async () => {
    const { SPREADSHEET, WITHOUT_CALL } = await import('../src/designer/step/functions');
    const answer = await page.request.get(`${BASE}/api/v1/catalog`);
    const { functions } = (await answer.json()) as { functions: { name: string }[] };
    const there = new Set([...functions, ...WITHOUT_CALL].map((one) => one.name));
    expect(
      Object.values(SPREADSHEET)
        .flat()
        .filter((name) => !there.has(name)),
    ).toEqual([]);
  });

  it('M7: a lookup table is looked at and filled without leaving the mapper', async () => {
    const key = `e2e-${process.pid}-${Date.now()}`;
    await page
      .getByText(/^More \(/)
      .first()
      .click();
    await field('terms').fill(`=lookup('payment_terms', '${key}')`);
    await page.getByRole('button', { name: new RegExp(`Add the row .${key}`) }).click();
    await page.getByRole('textbox', { name: 'value' }).fill('N60');
    await page.getByRole('button', { name: /^Add row/ }).click();
    await around('terms').getByText('N60', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'rows', exact: true }).click();
    await page.getByLabel('Find a row').fill(key);
    await page.getByRole('cell', { name: 'N60' }).waitFor();
    await page.getByRole('columnheader', { name: 'Valid from' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await field('terms').inputValue()).toContain(key);
  });

  it('M8: type, required, length, decimals, code, unknown path and branch are told at the field with a cure', async () => {
    const problem = (name: string, code: string): Locator =>
      around(name).locator(`[data-code="${code}"]`);
    const codes = async (name: string): Promise<string[]> =>
      around(name)
        .locator('[data-code]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-code') ?? ''));
    // A cure is told with each.
    const cured = async (name: string): Promise<void> => {
      await expect.poll(() => codes(name)).not.toEqual([]);
      expect(await around(name).locator('[data-code]').first().textContent()).toMatch(/: \S/);
    };
    await field('customer').fill('=charge.paid');
    await cured('customer');
    await field('customer').fill('');
    await cured('customer');
    await field('customer').fill('C12345678901');
    await cured('customer');
    await field('customer').fill('=charge.custmer');
    await problem('customer', 'unknown_member')
      .or(around('customer').getByText('custmer'))
      .first()
      .waitFor();
    await cured('customer');
    await field('customer').fill('=steps.maybe.note');
    await cured('customer');
    await field('date').fill('tomorrow');
    await cured('date');
    await page
      .getByText(/^More \(/)
      .first()
      .click();
    await field('shipping').fill('=charge.description');
    await cured('shipping');
  });

  it('M10: money is shown with its currency and minor digits, also one without decimals', async () => {
    await page.getByLabel('Find in the sample').fill('amount_captured');
    await source('charge.amount_captured')
      .getByText(/EUR.59\.50 \(5950 in minor units\)/)
      .waitFor();
    await page
      .getByText(/^More \(/)
      .first()
      .click();
    await field('shipping').fill('=money(charge.amount, charge.currency)');
    await around('shipping')
      .getByText(/EUR.59\.50/)
      .waitFor();
    await choose(/JPY/);
    await source('charge.amount_captured')
      .getByText(/JPY.5,000 \(5000 in minor units\)/)
      .waitFor();
    await around('shipping')
      .getByText(/JPY.5000/)
      .waitFor();
    // To round without saying how is told at once, and so is a sum of two currencies.
    await field('shipping').fill('=round(money(charge.amount, charge.currency))');
    await around('shipping').locator('[data-code]').first().waitFor();
    await field('shipping').fill("=money(charge.amount, 'EUR') + money(charge.amount, 'USD')");
    await around('shipping')
      .getByText(/EUR.*USD|USD.*EUR/)
      .first()
      .waitFor();
  });

  it('M11: a list is bound in one gesture, filtered, grouped and stepped through', async () => {
    await page.getByLabel('Find in the sample').fill('steps.session.lines');
    const lines = page.locator('[data-field="with.lines"]').first();
    await lines.click();
    await page.getByLabel('Find in the sample').fill('');
    await page.getByRole('button', { name: 'Bind to a list' }).first().click();
    await page.getByRole('menuitem', { name: /steps\.session\.lines/ }).click();
    await field('lines.each').waitFor();
    expect(await field('lines.each').inputValue()).toBe('=steps.session.lines');
    expect(await field('lines.as').inputValue()).toBe('line');
    await page.getByText('Filter and group').click();
    await page.getByLabel('Only those where').fill('line.quantity > 0');
    await page.getByLabel('Brought together by').fill('product');
    await expect
      .poll(async () => (await saved(page, flow)).document)
      .toContain("group_by(steps.session.lines.filter(line, line.quantity > 0), 'product')");
  });

  it('M11: the items of the sample are stepped through, and the fields show what each comes to', async () => {
    const listed = `${text(flow)}      lines:
        each: =split(charge.metadata.codes, '|')
        as: line
        to:
          item: =line
          quantity: =line.size()
          amount: =money(charge.amount, charge.currency)
`;
    await redraft(page, flow, listed);
    await openStep(page, flow, 'order');
    await byHand((body) => {
      body.data.object.metadata = { codes: 'MUG|POSTER|CAP' };
    });
    const item = (shown: string): Promise<void> =>
      around('lines.to.item').locator('[data-state=value]').getByText(shown).waitFor();
    const [before, next] = [
      page.getByRole('button', { name: 'Item before' }),
      page.getByRole('button', { name: 'Next item' }),
    ];
    await page.getByText('item 1 of 3').waitFor();
    await item('MUG');
    expect(await before.isDisabled()).toBe(true);
    await next.click();
    await page.getByText('item 2 of 3').waitFor();
    await item('POSTER');
    await around('lines.to.quantity').getByText('6', { exact: true }).waitFor();
    await next.click();
    await page.getByText('item 3 of 3').waitFor();
    await item('CAP');
    expect(await next.isDisabled()).toBe(true);
    await before.click();
    await item('POSTER');
    // A list that became shorter has no such item: the last is looked at.
    await byHand((body) => {
      body.data.object.metadata = { codes: 'CAP' };
    });
    await page.getByText('item 1 of 1').waitFor();
    await item('CAP');
  });

  it.each(['light', 'dark'] as const)('W10: axe finds nothing, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await field('customer').fill('=charge.nothing');
    await around('customer').locator('[data-state=error]').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('M9: what real events say of sources and fields stands beside them', async () => {
    await page.getByLabel('Find in the sample').fill('failure_code');
    await page.getByLabel('Find in the sample').fill('');
    await expect
      .poll(() =>
        page
          .locator('[data-source]')
          .evaluateAll((all) => all.map((one) => one.getAttribute('title') ?? '')),
      )
      .toEqual(expect.arrayContaining([expect.stringMatching(/in \d+ of \d+ real events/)]));
    expect(await results().count()).toBeGreaterThan(0);
  });
});
