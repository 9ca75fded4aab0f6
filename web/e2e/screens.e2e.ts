import { Api } from './api';
import { anotherPage, BASE, DEMO, page, settled, withPages } from './browser';
import { type Fresh, fresh, sandboxes } from './fresh';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Points that hold on every screen: empty states, lists, errors, versions, connections, colours.

withPages();

describe.skipIf(BASE === '')('lists and errors, on the demo', () => {
  it('E2: a filter with no result is told apart from no data, and is cleared', async () => {
    await page.goto(`${BASE}/runs?key=nothing-like-it`);
    await page.getByText('Nothing matches the filter').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('row').nth(1).waitFor();
    expect(new URL(page.url()).searchParams.get('key')).toBeNull();
  });

  it('P3: a list is filtered by the server, the address keeps it, and few rows are drawn', async () => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/v1/runs?')) asked.push(request.url());
    });
    await page.goto(`${BASE}/runs`);
    await page.getByRole('row').nth(1).waitFor();
    await page.getByPlaceholder('Any state').click();
    await page.getByRole('option', { name: 'Done' }).click();
    await expect.poll(() => asked.some((url) => url.includes('state=done'))).toBe(true);
    const address = page.url();
    expect(new URL(address).searchParams.get('state')).toBe('done');
    const table = page.getByRole('table', { name: 'Runs' });
    const shown = await table.getByRole('row').allTextContents();
    const other = await anotherPage();
    await other.goto(address);
    await other.getByRole('row').nth(1).waitFor();
    const same = other.getByRole('table', { name: 'Runs' }).getByRole('row');
    expect((await same.allTextContents()).length).toBe(shown.length);
    expect(shown.length).toBeLessThan(60);
  });

  it('P4: an error says what happened, to what, with its code and reference', async () => {
    await page.goto(`${BASE}/runs/run_00000000000000000000000000`);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    const text = (await alert.textContent()) ?? '';
    expect(text).toContain('run_0000');
    expect(text).toMatch(/not_found|wrong_id|bad_id|invalid/);
    expect(text).not.toMatch(/something went wrong|at Object\.|undefined/i);
  });

  it('V3: what another version would have done is told before it is published', async () => {
    await page.goto(`${BASE}/flows/order-to-cash/versions`);
    await page.getByRole('button', { name: 'What if' }).first().click();
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByText(/would|differ|same/)
      .first()
      .waitFor();
    await page
      .getByText(/Done|done/)
      .first()
      .waitFor();
  });

  it('C2: a connection shows its state, its last success and its flows, and no secret', async () => {
    const answers: Promise<string>[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith('/api/') || pathname.endsWith('/live')) return;
      // An answer that the page leaves behind is one that nobody sees.
      answers.push(response.text().catch(() => ''));
    });
    await page.goto(`${BASE}/connections`);
    const row = page.getByRole('row').filter({ hasText: 'stripe' }).first();
    await row.getByRole('link', { name: 'order-to-cash' }).waitFor();
    await row.getByRole('button', { name: 'Test' }).click();
    await page.getByRole('status').filter({ hasText: /\w/ }).first().waitFor();
    await row.getByText(/last success/).waitFor();
    await row.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').getByLabel(/key/i).first().waitFor();
    expect(await page.content()).not.toContain('sk_test_sandbox');
    expect((await Promise.all(answers)).join('\n')).not.toContain('sk_test_sandbox');
  });

  it('L1: colours follow the system, and what a person chooses stays', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`${BASE}/`);
    await settled(page);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).not.toBe(light);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Screen, command, or any id, number, key').fill('light');
    await page.getByRole('button', { name: 'Light colours' }).click();
    await expect.poll(ground).toBe(light);
    await page.reload();
    await settled(page);
    expect(await ground()).toBe(light);
  });
});

const flowOf = (id: string, amount: number, wait = false): string => `schema: 1
flow: ${id}
title: ${id}
trigger: manual
steps:
  - id: amount
    set:
      value: ${amount}
${wait ? "  - id: later\n    wait:\n      until: =xref('never', 'x')\n      at_most: 30d\n" : ''}`;

describe.skipIf(DEMO.binary === '')('versions and connections, on a fresh server', () => {
  let server: Fresh;
  let api: Api;

  beforeAll(async () => {
    server = await fresh();
    api = new Api(server.url);
  });
  afterAll(() => server.stop());

  it('E1: an empty server offers the first steps wherever one begins', async () => {
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    for (const address of ['/runs', '/events', '/connections', '/books', '/flows', '/lookups']) {
      await page.goto(server.url + address);
      await page.getByText('There is no environment yet').waitFor();
    }
    await page.getByRole('link', { name: 'First steps' }).click();
    await page.getByRole('button', { name: 'Start the sandboxes' }).waitFor();
    await sandboxes(server.url);
    for (const [address, words] of [
      ['/runs', 'No runs yet'],
      ['/events', 'No events yet'],
    ] as const) {
      await page.goto(server.url + address);
      await page.getByText(words).waitFor();
      await page.getByRole('link', { name: 'First steps' }).waitFor();
    }
  });

  it('V1: draft, publish, deploy, and back in one click; what is live where is on the list', async () => {
    await api.save('e2e-v1', flowOf('e2e-v1', 1));
    await page.goto(`${server.url}/flows/e2e-v1/versions`);
    for (const version of [1, 2]) {
      await page.getByRole('button', { name: `Publish as version ${version}` }).click();
      await page.getByLabel('Why it is changed').fill(`reason ${version}`);
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: `Publish as version ${version}` }).click();
      await page.getByRole('cell', { name: `reason ${version}` }).waitFor();
      await page.getByRole('button', { name: `Deploy ${version}`, exact: true }).click();
      await dialog.getByLabel('Why').fill(`deployed ${version}`);
      await dialog.getByRole('button', { name: `Deploy ${version} to sandbox` }).click();
      await page.getByText(`${version}, in force`).waitFor();
      await api.save('e2e-v1', flowOf('e2e-v1', version + 1));
      await page.reload();
    }
    await page.getByRole('button', { name: 'Roll back to it' }).click();
    await page.getByRole('dialog').getByLabel('Why').fill('2 was wrong');
    await page.getByRole('button', { name: 'Roll back to 1 in sandbox' }).click();
    await page.getByText('1, in force').waitFor();
    await page.goto(`${server.url}/flows`);
    const row = page.getByRole('row').filter({ hasText: 'e2e-v1' });
    await row.getByRole('link', { name: 'sandbox 1' }).waitFor();
  });

  const company = {
    name: 'Lock Ltd',
    currency: 'EUR',
    books_zone: 'Europe/Berlin',
    collective_customer: 'WEBGUEST',
  };

  it('V2: a promotion names what the other environment lacks, and stops there', async () => {
    await api.post('/environments', { name: 'second', kind: 'test', company });
    const reading = `schema: 1
flow: e2e-v2
trigger: manual
steps:
  - id: guest
    use: infor.customer.find
    with:
      number: =company.collective_customer
`;
    await api.deploy('e2e-v2', reading, 'sandbox');
    await page.goto(`${server.url}/flows/e2e-v2/versions`);
    await page.getByRole('button', { name: 'Promote to second' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByText(/no connection/i)
      .first()
      .waitFor();
    expect(await dialog.getByRole('button', { name: /^Deploy/ }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  });

  it('V5: runs under way end on their version, and the page says how many there are', async () => {
    await api.deploy('e2e-v5', flowOf('e2e-v5', 1, true), 'sandbox');
    const { run } = await api.post<{ run: string }>('/flows/e2e-v5/runs?environment=sandbox', {});
    await page.goto(`${server.url}/runs/${run}?env=sandbox`);
    await page.getByText('Waiting').first().waitFor();
    await api.save('e2e-v5', flowOf('e2e-v5', 2, true));
    await page.goto(`${server.url}/flows/e2e-v5/versions?env=sandbox`);
    await page.getByRole('button', { name: 'Publish as version 2' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why it is changed').fill('another amount');
    await dialog.getByRole('button', { name: 'Publish as version 2' }).click();
    const place = page.getByRole('row').filter({ hasText: 'sandbox' }).first();
    await place.getByRole('button', { name: 'Deploy 2' }).click();
    await dialog.getByText(/1 wait/).waitFor();
    await dialog.getByLabel('Why').fill('it ends on its own');
    await dialog.getByRole('button', { name: 'Deploy 2 to sandbox' }).click();
    await page.getByText('2, in force').waitFor();
    await page.goto(`${server.url}/runs/${run}?env=sandbox`);
    const version = page
      .locator('dt', { hasText: 'Version' })
      .locator('xpath=following-sibling::dd');
    expect(await version.textContent()).toBe('1');
  });

  it('V7: a live environment is seen on every page, and asks for the flow by its name', async () => {
    await api.post('/environments', { name: 'books', kind: 'live', company });
    await api.save('e2e-v7', flowOf('e2e-v7', 1));
    await page.goto(`${server.url}/flows/e2e-v7/versions?env=books`);
    await page.getByText('Live environment: books').waitFor();
    await page.getByRole('button', { name: 'Publish as version 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why it is changed').fill('the first');
    await dialog.getByRole('button', { name: 'Publish as version 1' }).click();
    const place = page.getByRole('row').filter({ hasText: 'books' }).first();
    await place.getByRole('button', { name: 'Deploy 1' }).click();
    await dialog.getByLabel('Why').fill('for real');
    const act = dialog.getByRole('button', { name: 'Deploy 1 to books' });
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByLabel('Type e2e-v7 to go on').fill('e2e-v7');
    await act.click();
    await page.getByText('1, in force').waitFor();
    for (const address of ['/', '/runs', '/settings']) {
      await page.goto(`${server.url}${address}?env=books`);
      await page.getByText('Live environment: books').waitFor();
    }
  });

  it('C1: the file of the ERP fills the form, and the test names what works', async () => {
    const file = await fetch(`${DEMO.infor}/__sim/ionapi?base=${DEMO.infor}`);
    const text = await file.text();
    const secret = (JSON.parse(text) as { cs: string }).cs;
    await page.goto(`${server.url}/connections?env=second`);
    await page.getByRole('button', { name: 'New connection' }).click();
    const dialog = page.getByRole('dialog');
    const place = dialog.getByText('Drop a file whose name ends with .ionapi');
    await place.waitFor();
    const data = await page.evaluateHandle((given) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([given], 'sandbox.ionapi'));
      return transfer;
    }, text);
    await place.dispatchEvent('drop', { dataTransfer: data });
    await dialog.getByText('SIM_TST', { exact: true }).waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('infor');
    for (const [name, value] of Object.entries({
      company: '100',
      division: 'AAA',
      order_type: 'C01',
      credit_order_type: 'CR1',
      customer_template: 'TPL001',
      payment_batch_type: 'STR',
      payment_type: 'ST',
      journal_template: 'STRIPE-POS1',
      read_from: '20260101',
    })) {
      await dialog.locator(`[data-setting="${name}"]`).fill(value);
    }
    expect(await dialog.textContent()).not.toContain(secret);
    await dialog.getByRole('button', { name: 'Connect and test' }).click();
    await page.getByText('Test of infor').waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /SIM_TST|100/ })
      .first()
      .waitFor();
    expect(await page.content()).not.toContain(secret);
  });
});

describe.skipIf(DEMO.binary === '')('the first run, and who is there', () => {
  let server: Fresh;
  const password = 'a long enough password';

  beforeAll(async () => {
    server = await fresh();
  });
  afterAll(() => server.stop());

  it('E1: from an empty store to the first order in the books', async () => {
    await page.goto(server.url);
    await page.getByLabel('Name').fill('Grace');
    await page.getByLabel('E-mail').fill('grace@example.com');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByRole('button', { name: 'Account of Grace' }).waitFor();
    await page.getByRole('button', { name: 'Start the sandboxes' }).click();
    const shop = page.getByRole('link', { name: 'Shop of the sandbox Stripe' });
    await shop.waitFor();
    await page.getByRole('button', { name: 'Put Order to cash in force' }).click();
    await page.locator('li[data-done]', { hasText: 'Put a flow in force' }).waitFor();
    // Left and taken up again: what is done is seen from what is there.
    await page.goto(`${server.url}/`);
    await page.getByRole('link', { name: 'Go on' }).click();
    const [bought] = await Promise.all([page.context().waitForEvent('page'), shop.click()]);
    await bought.getByRole('button', { name: 'Buy' }).click();
    await bought.getByText(/^Paid USD/).waitFor();
    await page.getByRole('link', { name: 'See the run' }).click();
    await page.getByText('Done').first().waitFor();
    await page.goto(`${server.url}/start`);
    const books = page.getByRole('link', { name: 'Books of the sandbox Infor' });
    const [erp] = await Promise.all([page.context().waitForEvent('page'), books.click()]);
    await erp.getByRole('cell', { name: '1 × MUG' }).waitFor();
  });

  it('W8: a session that ends while a flow is edited keeps the draft', async () => {
    await page.goto(server.url);
    await page.getByLabel('E-mail').fill('grace@example.com');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Account of Grace' }).waitFor();
    await page.goto(`${server.url}/flows/e2e-w8`);
    await page.getByRole('button', { name: 'Begin it' }).click();
    await page.getByRole('tree').waitFor();
    await page.context().clearCookies();
    await page.getByRole('tree').focus();
    await page.keyboard.press('/');
    await page.getByPlaceholder('Block or operation').fill('set values');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('E-mail').fill('grace@example.com');
    await dialog.getByRole('textbox', { name: 'Password' }).fill(password);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[id="row-step:values"]').waitFor();
    await page.getByText('Draft saved').waitFor();
  });

  it('the own password is changed, and the old one is worth nothing', async () => {
    const enter = async (given: string): Promise<void> => {
      await page.getByLabel('E-mail').fill('grace@example.com');
      await page.getByRole('textbox', { name: 'Password' }).fill(given);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.goto(server.url);
    await enter(password);
    await page.getByRole('button', { name: 'Account of Grace' }).click();
    await page.getByRole('menuitem', { name: 'Change password' }).click();
    await page.getByRole('textbox', { name: 'Present password' }).fill(password);
    await page.getByRole('textbox', { name: 'New password' }).fill('quite another password');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('heading', { name: 'Sign in to Towpath' }).waitFor();
    await enter(password);
    await page.getByText('The mail address or the password is wrong').waitFor();
    await enter('quite another password');
    await page.getByRole('button', { name: 'Account of Grace' }).waitFor();
  });
});
