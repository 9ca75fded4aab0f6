import { BASE, DEMO } from './browser';

/** Real failures on the sandboxes: products that a shopper buys and that have no lookup row yet. */

const API = `${BASE}/api/v1`;

async function ask<T>(url: string, init?: { method: string; body: string }): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

export const get = <T>(path: string): Promise<T> => ask<T>(`${API}${path}`);

/** Writes lookup rows. */
export const putRows = (table: string, rows: { key: string; value: unknown }[]): Promise<unknown> =>
  ask(`${API}/lookups/${table}?environment=sandbox`, {
    method: 'PUT',
    body: JSON.stringify({ rows, replay_missing: false }),
  });

/** A product of which only the row of `items` is missing; its name is like no other's. */
export async function product(name: string): Promise<string> {
  const id = `prod_${name}_${Date.now().toString(36)}`;
  await putRows('gl_accounts', [{ key: id, value: { account: '2300', dimension: 'GOODS' } }]);
  return id;
}

/** A shopper buys a product for so many cents. */
export const buy = (id: string, cents: number): Promise<{ charge: string }> =>
  ask(`${DEMO.stripe}/_sandbox/purchases`, {
    method: 'POST',
    body: JSON.stringify({
      currency: 'usd',
      customer: 'new',
      customer_details: {
        name: 'Ella Fields',
        email: 'ella@example.com',
        address: { line1: '1 Quay', city: 'Springfield', postal_code: '62701', country: 'US' },
      },
      line_items: [{ product: id, name: 'A thing', quantity: 1, amount_subtotal: cents }],
      payment_method: 'pm_card_bypassPending',
    }),
  });

export interface Cause {
  fingerprint: string;
  message: string;
  count: number;
  amount_minor?: number;
  first: string;
  missing_row?: { table: string; key: string };
}

/** Waits until something is so. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((ready) => setTimeout(ready, 100));
  }
}

/** The cause of those that miss a key, once it has so many letters. */
export const causeOf = (key: string, count: number): Promise<Cause> =>
  until(`${count} dead letters of ${key}`, async () => {
    const { data } = await get<{ data: Cause[] }>(
      '/dead-letters/causes?environment=sandbox&limit=200',
    );
    return data.find((cause) => cause.missing_row?.key === key && cause.count === count);
  });

/** So many shoppers buy what has no row: one cause of that many dead letters. */
export async function fail(name: string, cents: readonly number[]): Promise<[string, Cause]> {
  const id = await product(name);
  for (const amount of cents) await buy(id, amount);
  return [id, await causeOf(id, cents.length)];
}
