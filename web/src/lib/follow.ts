// A line of server-sent events, taken up again for as long as it is wanted. The browser's own
// EventSource does not say why it failed: a server that is away, one that no longer knows who we
// are, and one that has too many watchers all look alike to it.

/** What a line tells of itself. */
export interface Follower {
  /** It stands: what changed until now was not told. */
  opened: () => void;
  /** The server is there: something was told, if only that. */
  told: (event: string, data: string) => void;
  /** The server answers, and has no line for us. */
  refused: (status: number) => void;
  /** The server does not answer, twice in a row: to end a long line alone is no loss. */
  lost: () => void;
}

export interface Pace {
  /** How soon a line that ended is taken up again the first time. */
  againMs: number;
  /** How often after that. */
  pollMs: number;
  /** A line that tells nothing for so long is dead. */
  silenceMs: number;
}

/** Follows a line until `over`. */
export async function follow(
  url: string,
  to: Follower,
  pace: Pace,
  over: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => over.aborted;
  let failures = 0;
  while (!isOver()) {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), pace.silenceMs);
    };
    heard();
    let isRefused = false;
    try {
      const response = await fetch(url, { signal: AbortSignal.any([over, silence.signal]) });
      if (response.ok && response.body) {
        failures = 0;
        to.opened();
        for await (const [event, data] of messages(response.body)) {
          heard();
          to.told(event, data);
        }
      } else {
        await response.body?.cancel();
        // A 502 or 503 may be of what stands before the server: that one is not heard of.
        isRefused = response.status < 500;
        if (isRefused) to.refused(response.status);
      }
    } catch {
      // It broke: the same as if it had ended.
    }
    clearTimeout(timer);
    failures = isRefused ? 0 : failures + 1;
    if (failures > 1 && !isOver()) to.lost();
    await pause(isRefused || failures > 1 ? pace.pollMs : pace.againMs, over);
  }
}

/** Each message with the name of its event; an empty name is one that only keeps the line open. */
async function* messages(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<[event: string, data: string]> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield [field(block, 'event'), field(block, 'data')];
  }
}

function field(block: string, name: string): string {
  const begin = `${name}: `;
  const line = block.split('\n').find((one) => one.startsWith(begin));
  return line?.slice(begin.length) ?? '';
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      ended();
    };
    const timer = setTimeout(done, ms);
    if (over.aborted) done();
    else over.addEventListener('abort', done);
  });
}
