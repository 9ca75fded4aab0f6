import { chromium } from 'playwright-core';
const BASE = 'http://localhost:5199';
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
const c = await b.newContext({ viewport: { width: 1440, height: 900 } });
const page = await c.newPage();
page.on('pageerror', (e) => console.log('PAGEERROR', e.message));
page.on('console', (m) => {
  if (m.type() === 'error') console.log('CONSOLE', m.text().slice(0, 300));
});
const id = 'dbg-' + Date.now();
const text = `schema: 1
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
const a = await page.request.post(BASE + '/api/v1/flows', {
  data: { document: text, samples: [] },
});
console.log('draft', a.status());
let t = Date.now();
await page.goto(`${BASE}/flows/${id}`);
await page.locator('[id="row-step:order"]').waitFor({ timeout: 15000 });
console.log('row', Date.now() - t);
await page.screenshot({ path: '/tmp/m-shots/1.png' });
await page.locator('[id="row-step:order"]').click({ position: { x: 150, y: 40 }, timeout: 5000 });
console.log('click', Date.now() - t);
await page.getByRole('button', { name: 'Map on a sample' }).click({ timeout: 5000 });
await page.getByRole('heading', { name: 'Mapping' }).waitFor({ timeout: 5000 });
console.log('open', Date.now() - t);
await page.waitForTimeout(1500);
await page.screenshot({ path: '/tmp/m-shots/2.png' });
await page.getByRole('combobox', { name: 'Sample', exact: true }).click({ timeout: 5000 });
await page.waitForTimeout(300);
await page.screenshot({ path: '/tmp/m-shots/3.png' });
await page.getByRole('option', { name: 'EUR 59.50' }).first().click({ timeout: 5000 });
await page.locator('[data-source="charge"]').waitFor({ timeout: 5000 });
console.log('chosen', Date.now() - t);

const field = n => page.locator(`textarea[data-field="with.${n}"]`);
const act = () => page.evaluate(()=>document.activeElement?.outerHTML.slice(0,200));
await page.getByText(/^More \(/).first().click();
await page.getByLabel('Find in the sample').fill('currency');
await page.locator('[data-source="charge.currency"]').dragTo(field('payment_method'));
await page.waitForTimeout(1500);
console.log('after drag', await act(), await field('payment_method').inputValue());
await field('order_type').fill('Ada Ex');
await page.waitForTimeout(1000);
console.log(await act()); console.log(await page.getByRole('option').allTextContents());
await page.screenshot({path:'/tmp/m-shots/4.png'});
await field('terms').fill("=lookup('payment_terms', 'zzz"+Date.now()+"')");
await page.getByRole('button',{name:/Add the row/}).click({timeout:8000});
await page.getByRole('textbox',{name:'value'}).fill('N60');
await page.screenshot({path:'/tmp/m-shots/5.png'});
await page.getByRole('button',{name:/^Add row/}).click();
await page.waitForTimeout(3000);
await page.screenshot({path:'/tmp/m-shots/6.png'});
await b.close();
