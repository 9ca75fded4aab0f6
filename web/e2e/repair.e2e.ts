import { BASE, page, withPages, violations } from './browser';
import { type Cause, buy, causeOf, fail, get, product, putRows, until } from './failures';
import type { Locator } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';

// Named after the points of dead letters. Each test makes failures of its own: a product that has no
// lookup row yet, bought in the sandbox's shop.

const ENV = '?env=sandbox';
const visit = (path: string) => page.goto(`${BASE}${path}${ENV}`);
const cell = (name: string): Locator =>
  page.getByRole('region', { name: 'Causes' }).locator('tr', { hasText: name });
const button = (name: string | RegExp) =>
  page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });

withPages();
beforeEach(() => page.setDefaultTimeout(30_000));

async function openCause({ fingerprint }: Cause): Promise<void> {
  await visit(`/dead-letters/${fingerprint}`);
  await button(/^Retry/).waitFor();
}

describe.skipIf(!BASE)('dead letters', () => {
  it('X1: failures of one cause are one row with count, money, age and trend', async () => {
    const [key] = await fail('x1', [1_100, 2_200, 3_300]);
    await visit('/dead-letters');
    const row = cell(key);
    await row.waitFor();
    expect(await row.count()).toBe(1);
    const text = await row.innerText();
    expect(text).toContain('66.00');
    expect(text).toMatch(/\b3\b/);
    expect(text).toContain('order-to-cash, step lines');
    const trend = row.getByRole('img');
    expect(await trend.getAttribute('aria-label')).toContain('3 in the last 24 hours');
    expect(await violations(page)).toEqual([]);
  });

  it('X2: the sentence is plain, the peer speaks for itself, the code leads to its page', async () => {
    const item = await product('x2_item');
    await putRows('items', [{ key: item, value: 'NO-SUCH-ITEM' }]);
    await buy(item, 1_000);
    const refused = await until('the refusal', async () => {
      const { data } = await get<{ data: Cause[] }>('/dead-letters/causes?environment=sandbox');
      return data.find(({ message }) => message.includes('NO-SUCH-ITEM'));
    });
    await visit(`/dead-letters/${refused.fingerprint}`);
    await page.getByRole('heading', { name: /refused to create a sales order$/ }).waitFor();
    await page.getByText('Item number NO-SUCH-ITEM does not exist').first().waitFor();

    const [key, cause] = await fail('x2', [1_000]);
    await openCause(cause);
    const title = page.getByRole('heading', { level: 1 });
    expect(await title.innerText()).toBe(`The table items has no row for ${key}`);
    await page.getByText('In its own words:').waitFor();
    await page.getByRole('link', { name: 'missing_row' }).click();
    const meaning = page.locator('#missing_row');
    await meaning.getByRole('heading', { name: /A lookup row is missing/ }).waitFor();
    expect(await meaning.innerText()).toContain('What to do');
    expect(await meaning.getAttribute('data-asked')).toBe('true');
    expect(await violations(page)).toEqual([]);
  });

  it('X3: the row is filled in once, the whole group is tried, then retried and shrinks', async () => {
    const [key, cause] = await fail('x3', [4_000, 2_000, 2_310]);
    await openCause(cause);
    await button('Dry run of 3').click();
    await page.getByText('0 of 3 would now go on').waitFor();
    await page.getByLabel(/^value/).fill('MUG');
    await button('Dry run of 3 with this row').click();
    await page.getByText(/3 of 3 would now go on, .*83\.10/).waitFor();
    // It is the server's: another look at the page shows it as well.
    await page.reload();
    await page.getByText(/3 of 3 would now go on, .*83\.10/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel(/^value/).fill('MUG');
    await button('Add row and retry 3').click();
    await page.getByText(/^3 of 3 done, .*83\.10/).waitFor();
    await page.getByText('No open dead letter has this cause').waitFor();
    const results = page.getByRole('table', { name: 'Result of each retried letter' });
    await until('each result', async () =>
      (await results.getByText('Done').count()) === 3 ? true : undefined,
    );
    const row = await get<{ data: { key: string }[] }>(
      `/lookups/items?environment=sandbox&limit=200`,
    );
    expect(row.data.map((one) => one.key)).toContain(key);
  });

  it('X4: one payload is corrected and resent; the original stays, the diff and the reason are kept', async () => {
    const [key, cause] = await fail('x4', [1_500]);
    await putRows('items', [{ key, value: 'MUG' }]);
    await visit(`/runs/${cause.first}`);
    await button('Edit and resend').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Find a field or value').fill('description');
    const field = dialog.getByLabel('data.object.description', { exact: true });
    await field.fill('Corrected by hand');
    await dialog.getByText('One change').waitFor();
    const send = dialog.getByRole('button', { name: 'Resend with 1 change' });
    expect(await send.isDisabled()).toBe(true);
    await dialog.getByLabel(/^Why the payload is another/).fill('the shop named it wrongly');
    await send.click();
    await dialog.waitFor({ state: 'detached' });
    interface Runs {
      data: { id: string; replay_of?: string; state: string }[];
    }
    const made = await until('the new run', async () => {
      const { data } = await get<Runs>('/runs?environment=sandbox&limit=50');
      return data.find((run) => run.replay_of === cause.first && run.state === 'done');
    });
    await visit(`/runs/${made.id}`);
    const diff = page.getByRole('table', { name: 'Edited payload' });
    await diff.getByText('Corrected by hand').waitFor();
    expect(await diff.locator('tbody tr').count()).toBe(1);
    await page.getByRole('link', { name: 'As it was received' }).click();
    await diff.waitFor({ state: 'detached' });
    await page.getByText('charge.succeeded').first().waitFor();
    expect(await page.getByText('Corrected by hand').count()).toBe(0);
    const audit = await get<{ data: { detail: string }[] }>(`/audit?subject=${cause.first}`);
    expect(audit.data.map((row) => row.detail).join()).toContain('the shop named it wrongly');
  });

  it('X5: four ways of working it again, each told step by step with what makes it safe', async () => {
    const [, cause] = await fail('x5', [1_600]);
    await visit(`/runs/${cause.first}`);
    await button('Retry').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio').first().waitFor();
    expect(await dialog.getByRole('radio').count()).toBe(4);
    const fates = dialog.getByRole('region', { name: 'What is done' });
    const customer = fates.locator('li', { hasText: 'customer' }).first();
    await customer.waitFor();
    const kept = await fates.locator('li[data-fate=kept]').count();
    expect(kept).toBeGreaterThan(0);
    await dialog.getByRole('radio', { name: /^From the first step, on the version/ }).check();
    await until('the other steps', async () =>
      (await fates.locator('li[data-fate=kept]').count()) === 0 ? true : undefined,
    );
    expect(await customer.innerText()).toContain('not made a second time');
    expect(await violations(page)).toEqual([]);
  });

  it('X6: any two attempts stand side by side with their differences marked', async () => {
    const [, cause] = await fail('x6', [1_700]);
    await visit(`/runs/${cause.first}`);
    await button('Retry').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^From the first step, on the version/ }).check();
    await dialog.getByRole('button', { name: /^Retry 1/ }).click();
    await dialog.waitFor({ state: 'detached' });
    const again = await causeOf(cause.missing_row?.key ?? '', 1);
    const second = await until('the second failure', async () => {
      const now = await causeOf(again.missing_row?.key ?? '', 1);
      return now.first === cause.first ? undefined : now;
    });
    await visit(`/runs/${second.first}?step=`);
    await page.getByRole('button', { name: /money/ }).first().click();
    await button('Compare two attempts').click();
    const sides = page.getByRole('table', { name: 'Attempts side by side' });
    await sides.waitFor();
    const heads = await sides.locator('thead th').allInnerTexts();
    expect(heads[1]).toContain('Before');
    for (const name of [/^label/, /^request\./, /^response\./]) {
      await sides.getByRole('row', { name }).first().waitFor();
    }
    await page
      .getByText(/differences?$/i)
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('X8: a cause is taken, has a day, comments and tags; mine shows it; a discard needs a reason', async () => {
    const [key, cause] = await fail('x8', [1_800]);
    await openCause(cause);
    await button('Take it').click();
    await page.getByText(/^Said by/).waitFor();
    const saved = page.waitForResponse(
      (answer) => answer.url().includes('/care') && answer.request().method() === 'PUT',
    );
    await page.getByLabel('Due').fill('2030-01-31');
    expect((await saved).ok()).toBe(true);
    await page.getByLabel('Comment').fill('The shop adds it today');
    await button('Add comment').click();
    await page
      .getByRole('list', { name: 'Comments' })
      .getByText('The shop adds it today')
      .waitFor();
    expect(await violations(page)).toEqual([]);

    await visit('/dead-letters');
    await page.getByText('Mine', { exact: true }).click();
    await cell(key).waitFor();
    expect(await cell(key).innerText()).toContain('until 2030-01-31');

    await openCause(cause);
    const word = `x8-${Date.now().toString(36)}`;
    const field = page.locator('input').and(page.getByLabel('Tags', { exact: true }));
    const put = page.waitForResponse((answer) => answer.request().method() === 'PUT');
    // It is spelled as tags are while it is typed.
    await field.pressSequentially(word.toUpperCase());
    expect(await field.inputValue()).toBe(word);
    await field.press('Enter');
    expect((await put).status()).toBe(204);
    expect(await violations(page)).toEqual([]);
    await visit('/dead-letters');
    await cell(key).getByRole('link', { name: word }).click();
    await page.waitForURL((url) => url.searchParams.get('tag') === word);
    await until('only the one with the tag', async () =>
      (await page.getByRole('region', { name: 'Causes' }).locator('tbody tr').count()) === 1
        ? true
        : undefined,
    );
    expect(
      await page
        .locator('input')
        .and(page.getByLabel('Tag', { exact: true }))
        .inputValue(),
    ).toBe(word);
    expect(await violations(page)).toEqual([]);
    await openCause(cause);
    await page.getByText(word, { exact: true }).waitFor();
    const off = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
    await field.press('Backspace');
    expect((await off).status()).toBe(204);
    await page.getByText(word, { exact: true }).waitFor({ state: 'detached' });

    await visit(`/runs/${cause.first}`);
    await button('Discard').click();
    const dialog = page.getByRole('dialog');
    const act = dialog.getByRole('button', { name: /^Discard 1/ });
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('it was a test');
    await act.click();
    await page.getByText(/: it was a test/).waitFor();
    const letter = await get<{ resolution: string }>(`/dead-letters/${cause.first}`);
    expect(letter.resolution).toBe('discard');
  });
});
