import { follow, type Pace } from './follow';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';

// A real server that answers each call as the next of its list says. What it does takes no time, and
// what is waited for is what came, so that nothing depends on how fast the machine is.

type Answer = (response: ServerResponse) => void;

const PACE: Pace = { againMs: 1, pollMs: 1, silenceMs: 60_000 };

const opens: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': hello\n\n');
};
const ends: Answer = (response) => {
  opens(response);
  response.end();
};
const breaksOpen: Answer = (response) => {
  opens(response);
  setImmediate(() => response.destroy());
};
const breaks: Answer = (response) => response.destroy();
const says =
  (status: number): Answer =>
  (response) => {
    response.writeHead(status).end();
  };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** What is told while the server answers so, up to the last of `wanted`. */
async function told(
  answers: readonly Answer[],
  wanted: readonly string[],
  pace = PACE,
): Promise<string[]> {
  let asked = 0;
  const here = createServer((_, response) => (answers[asked++] ?? opens)(response));
  server = here;
  await new Promise<void>((ready) => here.listen(0, '127.0.0.1', ready));
  const { port } = here.address() as AddressInfo;
  const over = new AbortController();
  const seen: string[] = [];
  const note = (what: string): void => {
    // Still lost is no news.
    if (what === 'lost' && seen.at(-1) === what) return;
    seen.push(what);
    if (seen.length >= wanted.length) over.abort();
  };
  await follow(
    `http://127.0.0.1:${port}/`,
    {
      opened: () => note('opened'),
      told: (event, data) => event && note(`${event} ${data}`),
      refused: (status) => note(`refused ${status}`),
      lost: () => note('lost'),
    },
    pace,
    over.signal,
  );
  return seen;
}

it.each<[string, Answer[], string[]]>([
  [
    'a line that ends or breaks is taken up again',
    [ends, breaksOpen],
    ['opened', 'opened', 'opened'],
  ],
  ['one call that breaks is no loss', [breaks], ['opened']],
  ['a server that is away is lost until it is back', [ends, breaks], ['opened', 'lost', 'opened']],
  ['so is one whose stand-in answers', [says(502), says(503)], ['lost', 'opened']],
  ['who is not known is refused, not lost', [ends, says(401)], ['opened', 'refused 401', 'opened']],
  ['so is one watcher too many', [says(429), breaks], ['refused 429', 'opened']],
])('%s', async (_, answers, wanted) => {
  expect(await told(answers, wanted)).toEqual(wanted);
});

it('each message is told once, however it is cut', async () => {
  const cut: Answer = (response) => {
    opens(response);
    response.write('event: change\ndata: {"a"');
    setImmediate(() => response.write(':1}\n\nevent: beat\ndata: {}\n\n'));
  };
  const wanted = ['opened', 'change {"a":1}', 'beat {}'];
  expect(await told([cut], wanted)).toEqual(wanted);
});

it('a line that says nothing is taken up anew', async () => {
  const hangs: Answer = () => undefined;
  const wanted = ['lost', 'opened'];
  expect(await told([hangs, hangs], wanted, { ...PACE, silenceMs: 50 })).toEqual(wanted);
});
