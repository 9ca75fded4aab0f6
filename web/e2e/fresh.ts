import { DEMO } from './browser';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server of one's own, with an empty store. */
export interface Fresh {
  url: string;
  stop: () => Promise<void>;
}

/** Starts the program as an administrator would for the first time. */
export async function fresh(): Promise<Fresh> {
  const folder = await mkdtemp(join(tmpdir(), 'towpath-fresh-'));
  const program = spawn(DEMO.binary, ['serve', '--listen', '127.0.0.1:0'], {
    cwd: folder,
    env: { ...process.env, TOWPATH__LOG__FORMAT: 'json' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(program, 'exit');
  const told: string[] = [];
  const url = await new Promise<string>((ready, fail) => {
    createInterface({ input: program.stderr }).on('line', (line) => {
      told.push(line);
      const found = /"url":"(http:[^"]+)"/.exec(line)?.[1];
      if (found) ready(found);
    });
    void ended.then(() => fail(new Error(`the server ended:\n${told.join('\n')}`)));
  });
  const stop = async (): Promise<void> => {
    program.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

/** The pages of a server's sandboxes, which are started if they do not run yet. */
export async function sandboxes(url: string): Promise<{ shop: string; books: string }> {
  const answer = await fetch(`${url}/api/v1/guide/sandboxes`, { method: 'POST' });
  const { pages } = (await answer.json()) as { pages: { url: string }[] };
  const page = (end: string): string => pages.find((one) => one.url.endsWith(end))?.url ?? '';
  return { shop: page('/shop'), books: page('/books') };
}

/** Something bought in the sandbox's shop, paid by a card that always pays. */
export async function buy(shop: string, product: string, name: string): Promise<string> {
  const answer = await fetch(new URL('/_sandbox/purchases', shop), {
    method: 'POST',
    body: JSON.stringify({
      currency: 'usd',
      customer: 'new',
      customer_details: {
        name,
        email: 'ada@example.com',
        address: { line1: '12 Canal Street', city: 'Albany', postal_code: '12207', country: 'US' },
      },
      line_items: [{ product, name: product, quantity: 2, amount_subtotal: 2500 }],
      payment_method: 'pm_card_bypassPending',
    }),
  });
  const { charge } = (await answer.json()) as { charge: string };
  return charge;
}
