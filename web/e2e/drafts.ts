import { BASE } from './browser';
import type { Page } from 'playwright-core';

let count = 0;

/** A flow's id that no other test has. */
export const ownId = (name: string): string => `e2e-${name}-${process.pid}-${count++}`;

/** Stores a draft of a new flow. */
export async function draft(page: Page, document: string, samples: string[] = []): Promise<void> {
  const answer = await page.request.post(`${BASE}/api/v1/flows`, { data: { document, samples } });
  if (!answer.ok()) throw new Error(`no draft: ${await answer.text()}`);
}

/** Changes the draft of a flow. */
export async function redraft(page: Page, flow: string, document: string): Promise<void> {
  const path = `${BASE}/api/v1/flows/${flow}/draft`;
  const tag = (await page.request.get(`${path}?check=false`)).headers().etag ?? '';
  const answer = await page.request.put(path, { data: { document }, headers: { 'If-Match': tag } });
  if (!answer.ok()) throw new Error(`no draft: ${await answer.text()}`);
}

/** Makes the draft of a flow its next version. */
export async function publish(page: Page, flow: string, reason: string): Promise<void> {
  const path = `${BASE}/api/v1/flows/${flow}`;
  const tag = (await page.request.get(`${path}/draft?check=false`)).headers().etag ?? '';
  const headers = { 'If-Match': tag };
  const answer = await page.request.post(`${path}/versions`, { data: { reason }, headers });
  if (!answer.ok()) throw new Error(`not published: ${await answer.text()}`);
}

/** What is saved of a flow. */
export async function saved(
  page: Page,
  flow: string,
): Promise<{ document: string; samples: string[] }> {
  const answer = await page.request.get(`${BASE}/api/v1/flows/${flow}/draft?check=false`);
  return (await answer.json()) as { document: string; samples: string[] };
}

/** Opens a flow in the designer, and a step of it beside a sample. */
export async function openStep(page: Page, flow: string, step: string): Promise<void> {
  await page.goto(`${BASE}/flows/${flow}`);
  const row = page.locator(`[id="row-step:${step}"]`);
  await row.waitFor();
  await row
    .locator('[data-kind]')
    .first()
    .click({ position: { x: 150, y: 12 } });
  await page.getByRole('button', { name: 'Map on a sample' }).click();
  await page.getByRole('heading', { name: 'Mapping' }).waitFor();
}
