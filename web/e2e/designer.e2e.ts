import { anotherPage, BASE, page, withPages, violations } from './browser';
import { draft, ownId, publish, redraft } from './drafts';
import { beforeEach, describe, expect, it } from 'vitest';

// Named after the points of the designer. Each test begins a flow of its own and builds it up.

let count = 0;

const row = (id: string) => page.locator(`[role=treeitem][id="row-step:${id}"]`);
const field = (id: string, name: string) =>
  page.locator(`aside[data-row="step:${id}"] [data-field="${name}"]`).first();
const tree = () => page.locator('[role=tree]');
const said = () => page.locator('[role=status]').allTextContents();
const order = async (): Promise<string[]> => {
  const ids = await page
    .locator('[role=treeitem][data-kind=step]')
    .evaluateAll((all) => all.map((one) => one.id.replace('row-step:', '')));
  return ids;
};

async function yaml(): Promise<string> {
  await page.locator('label', { hasText: 'YAML' }).click();
  await page.locator('.cm-content').waitFor();
  const text = await page.locator('.cm-line').allTextContents();
  await page.locator('label', { hasText: 'Canvas' }).click();
  await tree().waitFor();
  return text.join('\n');
}

/** Pastes a text on the canvas, as the browser would. */
async function paste(text: string): Promise<void> {
  await tree().focus();
  await page.evaluate((given) => {
    const data = new DataTransfer();
    data.setData('text/plain', given);
    const event = new ClipboardEvent('paste', {
      clipboardData: data,
      bubbles: true,
      cancelable: true,
    });
    document.activeElement?.dispatchEvent(event);
  }, text);
  await page
    .getByText(/^Pasted/)
    .first()
    .waitFor();
}

const STEPS = `steps:
  - id: first
    set:
      amount: 1
  - id: second
    title: The second
    set:
      amount: =steps.first.amount + 1
  - id: third
    check: =steps.second.amount > 0
    else: skip
`;

withPages();
beforeEach(async () => {
  await page.goto(`${BASE}/flows/e2e-${process.pid}-${count++}`);
  await page.getByRole('button', { name: 'Begin it' }).click();
  await tree().waitFor();
  await paste(STEPS);
});

const WHOLE = (id: string, more = ''): string => `schema: 1
flow: ${id}
title: Versions
trigger: manual
steps:
  - id: first
    set:
      amount: 1
${more}`;

describe.skipIf(BASE === '')('the designer', () => {
  it('D1: the product places every step; nothing can be drawn wrong, and nothing says where it stands', async () => {
    const before = await yaml();
    await row('first').click({ position: { x: 150, y: 40 } });
    await tree().focus();
    // What `second` needs cannot come after it, by whatever way.
    await page.keyboard.press('Alt+ArrowDown');
    expect((await said()).join()).toContain('Not moved down: `second` needs it');
    await row('second').click({ position: { x: 150, y: 40 } });
    await tree().focus();
    await page.keyboard.press('Control+d');
    await row('second_2').waitFor();
    await page.keyboard.press('Delete');
    await row('second_2').waitFor({ state: 'detached' });
    expect(await yaml()).toBe(before);
    expect(before).not.toMatch(/^\s*(x|y|position|width|height|edges|nodes):/m);
    const boxes = await page
      .locator('[role=treeitem]')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    expect(boxes).toEqual(boxes.toSorted((a, b) => a - b));
  });

  it('D8: nothing is published while a problem is open', async () => {
    const flow = ownId('publish');
    await draft(
      page,
      WHOLE(flow, '  - id: then\n    check: =steps.frst.amount > 0\n    else: skip\n'),
    );
    await page.goto(`${BASE}/flows/${flow}`);
    await row('then').waitFor();
    const go = page.getByRole('link', { name: 'Publish' });
    await expect.poll(() => go.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('link', { name: 'Versions' }).click();
    const button = page.getByRole('button', { name: 'Publish as version 1' });
    await page.getByText(/It is not published while a problem is open/).waitFor();
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'open the designer' }).click();
    await row('then').click({ position: { x: 150, y: 40 } });
    await field('then', 'check').fill('=steps.first.amount > 0');
    await expect.poll(() => go.getAttribute('aria-disabled')).toBe(null);
    await page.getByText('Draft saved').waitFor();
    await go.click();
    await page.getByLabel('Why it is changed').fill('It is the first');
    await page.getByRole('dialog').getByRole('button', { name: 'Publish as version 1' }).click();
    await page.getByRole('cell', { name: 'It is the first' }).waitFor();
  });

  it('D12: search, outline, folding, and a jump to a reference and back', async () => {
    await paste(
      'steps:\n  - id: choice\n    choose:\n      - when: =steps.second.amount > 5\n        steps:\n          - id: deep\n            title: Far within\n            set:\n              y: =steps.first.amount\n',
    );
    await row('deep').waitFor();
    await page.getByRole('button', { name: 'Fold all blocks' }).first().click();
    await row('deep').waitFor({ state: 'detached' });
    await tree().focus();
    await page.keyboard.press('Control+f');
    await page.getByPlaceholder(/^Title, id/).fill('amount > 5');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('label', { hasText: 'Outline' }).click();
    const outline = page.getByRole('group', { name: 'Outline' });
    await outline.getByRole('button', { name: 'Far within' }).click();
    await row('deep').waitFor();
    await expect.poll(() => row('deep').getAttribute('aria-selected')).toBe('true');
    const aside = page.locator('aside[data-row="step:deep"]');
    await aside.getByRole('button', { name: 'first', exact: true }).click();
    await expect.poll(() => row('first').getAttribute('aria-selected')).toBe('true');
    await tree().focus();
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => row('deep').getAttribute('aria-selected')).toBe('true');
  });

  it('D13: two versions side by side, with a sentence per change, who changed a step last and why', async () => {
    const flow = ownId('compare');
    const check = '  - id: gone\n    check: =steps.first.amount > 0\n    else: skip\n';
    await draft(page, WHOLE(flow, check));
    await publish(page, flow, 'the first');
    const added = '  - id: fresh\n    set:\n      b: =steps.first.amount\n';
    await redraft(page, flow, WHOLE(flow, added).replace('amount: 1', 'amount: 2'));
    await publish(page, flow, 'amounts were halved');
    await page.goto(`${BASE}/flows/${flow}/compare?from=1&to=2`);
    const sides = page.getByRole('region', { name: 'Side by side' });
    await sides.locator('tr[data-mark=changed]').getByText(/1.*2/).first().waitFor();
    await sides
      .locator('tr[data-mark=added]')
      .getByText('fresh', { exact: true })
      .first()
      .waitFor();
    await sides
      .locator('tr[data-mark=removed]')
      .getByText('gone', { exact: true })
      .first()
      .waitFor();
    await sides.getByText(/amounts were halved/).waitFor();
    expect(await violations(page)).toEqual([]);
    // The same version is no difference.
    await page.goto(`${BASE}/flows/${flow}/compare?from=2&to=2`);
    await page.getByText('Both mean the same.').waitFor();
    expect(await sides.locator('tr[data-mark]:not([data-mark=same])').count()).toBe(0);
    await page.goto(`${BASE}/flows/${flow}`);
    await row('first').click({ position: { x: 150, y: 40 } });
    await page
      .locator('aside')
      .getByText(/Last changed in version 2 by .*amounts were halved/)
      .waitFor();
  });

  it('D14: notes belong to a step or to the flow, as text, and go where the step goes', async () => {
    await row('third').click({ position: { x: 150, y: 40 } });
    await field('third', 'note').fill('Asked for by the auditors');
    await row('third').getByText('Asked for by the auditors').waitFor();
    await row('start').or(page.locator('[id="row-start"]')).first().click();
    await page.locator('aside [data-field=note]').first().fill('About the whole flow');
    expect(await yaml()).toContain('note: About the whole flow');
    await row('third').click({ position: { x: 150, y: 40 } });
    await tree().focus();
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await said()).join()).toContain('Copied');
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain('note: Asked for by the auditors');
  });

  it('D2: dragging lights up what is legal, says why the rest is not, and outside changes nothing', async () => {
    await row('third').click({ position: { x: 150, y: 40 } });
    const [third, first] = [await row('third').boundingBox(), await row('first').boundingBox()];
    if (!third || !first) throw new Error('the rows are not there');
    await page.mouse.move(third.x + 150, third.y + 40);
    await page.mouse.down();
    await page.mouse.move(third.x + 160, first.y + 16, { steps: 6 });
    await page.getByText('Not here: it needs `second`').waitFor();
    await page.mouse.up();
    expect(await order()).toEqual(['first', 'second', 'third']);
    await page.mouse.move(third.x + 150, third.y + 40);
    await page.mouse.down();
    await page.mouse.move(5, 5, { steps: 4 });
    await page.mouse.up();
    expect(await order()).toEqual(['first', 'second', 'third']);
    // From the palette onto a place between two steps.
    const offer = page.getByRole('button', { name: 'Wait', exact: true });
    const from = await offer.boundingBox();
    const second = await row('second').boundingBox();
    if (!from || !second) throw new Error('the palette is not there');
    await page.mouse.move(from.x + 40, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(second.x + 150, second.y + 4, { steps: 8 });
    await page.getByText('Drop Wait here').waitFor();
    await page.mouse.up();
    await row('wait').waitFor();
    expect(await order()).toEqual(['first', 'wait', 'second', 'third']);
  });

  it('D3, W1: the keyboard adds, walks, moves, duplicates, deletes and finds', async () => {
    await tree().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('/');
    await page.getByPlaceholder('Block or operation').fill('check');
    await page.keyboard.press('Enter');
    await row('check').waitFor();
    expect(await order()).toEqual(['first', 'check', 'second', 'third']);
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(order).toEqual(['first', 'second', 'check', 'third']);
    await page.keyboard.press('Control+ArrowUp');
    await expect.poll(order).toEqual(['first', 'check', 'second', 'third']);
    await page.keyboard.press('Control+d');
    await expect.poll(order).toEqual(['first', 'check', 'check_2', 'second', 'third']);
    await page.keyboard.press('Delete');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Alt+ArrowUp');
    expect((await said()).join()).toContain('already');
    await page.keyboard.press('Control+f');
    await page.getByPlaceholder(/^Title, id/).fill('The second');
    await page.keyboard.press('Enter');
    await expect.poll(() => row('second').getAttribute('aria-selected')).toBe('true');
  });

  it('D4, W3: a step is moved by its menu, without dragging', async () => {
    await row('third')
      .getByRole('button', { name: /^What can be done/ })
      .click();
    await page.getByRole('menuitem', { name: /^Move to/ }).click();
    await page.getByPlaceholder('A step to stand before').fill('before first');
    await page.getByText('it needs `second`').waitFor();
    await page.keyboard.press('Escape');
    await row('first')
      .getByRole('button', { name: /^What can be done/ })
      .click();
    await page.getByRole('menuitem', { name: /^Duplicate/ }).click();
    await row('first_2').waitFor();
    await row('first_2')
      .getByRole('button', { name: /^What can be done/ })
      .click();
    await page.getByRole('menuitem', { name: /^Move to/ }).click();
    await page.getByRole('option', { name: /^After third, at the end/ }).click();
    await expect.poll(order).toEqual(['first', 'second', 'third', 'first_2']);
  });

  it('D5: one undo over canvas and settings, with words, kept across a reload', async () => {
    await row('second').click({ position: { x: 150, y: 40 } });
    const title = field('second', 'title');
    await title.fill('Other words');
    await title.blur();
    await tree().focus();
    await page.keyboard.press('Control+d');
    await row('second_2').waitFor();
    await page.waitForTimeout(400);
    await page.reload();
    await tree().waitFor();
    await tree().focus();
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await said()).join()).toContain('Undone: duplicated `second`');
    await page.keyboard.press('Control+z');
    await expect
      .poll(async () => (await said()).join())
      .toContain('Undone: changed title of `second`');
    await row('second').getByText('The second').waitFor();
    await page.keyboard.press('Control+Shift+z');
    await row('second').getByText('Other words').waitFor();
  });

  it('D6: what is copied is canonical YAML; what is pasted is renumbered and references follow', async () => {
    await row('first').click({ position: { x: 150, y: 40 } });
    await tree().focus();
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await said()).join()).toContain('Copied 2 steps');
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toBe(STEPS.split('  - id: third')[0]);
    await page.keyboard.press('End');
    await paste(text);
    expect(await order()).toEqual(['first', 'second', 'third', 'first_2', 'second_2']);
    expect(await yaml()).toContain('amount: =steps.first_2.amount + 1');
  });

  it('D7: text and picture are two views, and a comment becomes a note', async () => {
    await page.locator('label', { hasText: 'YAML' }).click();
    await page.locator('.cm-line', { hasText: 'id: third' }).click();
    await page.keyboard.press('End');
    await page.keyboard.type(' # Why it is so');
    await page.getByText('1 comment becomes a note').waitFor();
    await page.locator('label', { hasText: 'Canvas' }).click();
    await row('third').getByText('Why it is so').waitFor();
    expect(await yaml()).toContain('note: Why it is so');
  });

  it('D8: a mistake is told on its step and field within a moment, and a press leads to the field', async () => {
    await row('third').click({ position: { x: 150, y: 40 } });
    const check = field('third', 'check');
    const begun = performance.now();
    await check.fill('=steps.secnd.amount > 0');
    const problem = page.getByRole('region', { name: 'Problems' }).getByText(/secnd/).first();
    await problem.waitFor();
    const took = performance.now() - begun;
    expect(await row('third').getAttribute('aria-label')).toContain('problem');
    await row('first').click({ position: { x: 150, y: 40 } });
    await problem.click();
    await expect.poll(() => check.evaluate((one) => one === document.activeElement)).toBe(true);
    process.stdout.write(`D8: told ${Math.round(took)} ms after the edit\n`);
  });

  it('D9: a renamed id is followed by every formula, in one step of undo', async () => {
    await row('second').click({ position: { x: 150, y: 40 } });
    const id = field('second', 'id');
    await id.fill('other');
    await id.press('Enter');
    await row('other').waitFor();
    expect(await yaml()).toContain('check: =steps.other.amount > 0');
    await tree().focus();
    await page.keyboard.press('Control+z');
    await row('second').waitFor();
    expect(await yaml()).toContain('check: =steps.second.amount > 0');
  });

  it('D17: the draft saves itself, and another browser finds it', async () => {
    await page
      .getByText('Saved', { exact: true })
      .or(page.getByText('Draft saved'))
      .first()
      .waitFor();
    const other = await anotherPage();
    await other.goto(page.url());
    await other.locator('[id="row-step:third"]').waitFor();
  });

  it('D18: what is missing is named in place, with its cure', async () => {
    await paste('steps:\n  - id: gone\n    use: no.such.operation\n    with: {}\n');
    await row('gone').getByText('There is no no.such.operation on this server').waitFor();
  });

  it.each(['light', 'dark'] as const)('W10: axe finds nothing, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await paste('steps:\n  - id: gone\n    use: no.such.operation\n    with: {}\n');
    await row('gone').getByText('There is no no.such.operation').waitFor();
    expect(await violations(page)).toEqual([]);
    await tree().focus();
    await page.keyboard.press('/');
    await page.getByPlaceholder('Block or operation').waitFor();
    await page.waitForTimeout(300);
    expect(await violations(page)).toEqual([]);
  });

  it('W2, W5: the canvas is a tree of sentences, and the focus stays where work goes on', async () => {
    const third = row('third');
    expect(await third.getAttribute('aria-level')).toBe('1');
    expect(await third.getAttribute('aria-posinset')).toBe('4');
    expect(await third.getAttribute('aria-label')).toContain(
      'Go on only if steps.second.amount > 0',
    );
    await tree().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('m');
    await page.keyboard.press('Escape');
    await expect.poll(() => tree().evaluate((one) => one === document.activeElement)).toBe(true);
    const active = await tree().getAttribute('aria-activedescendant');
    expect(active).toBe('row-step:third');
  });
});
