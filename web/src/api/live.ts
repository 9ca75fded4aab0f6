import { line } from './client';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** Whether the page shows what is so now. */
export interface Liveness {
  state: 'connecting' | 'live' | 'paused';
  /** When the server was last heard of. */
  heard: Date | null;
}

/** How often is looked where the server tells nothing by itself, and whether it is back. */
const POLL_MS = 5_000;
/** How soon a line that was lost is taken up again the first time. */
const AGAIN_MS = 500;
/** A beat comes every 15 s; two missed ones mean that the line is dead. */
const SILENCE_MS = 40_000;

interface Change {
  topics: string[];
}

/** What is shown otherwise when a topic changes, besides what is called like it. */
const ALSO: Record<string, readonly string[]> = {
  deployments: ['flows', 'environments', 'versions', 'proposals'],
  connections: ['environments'],
  accounts: ['session', 'rules', 'proposals', 'audit', 'tokens'],
};

/** A list that is read on far below is left as it is: reading all of it again would cost too much. */
const PAGES_MAX = 3;

function isDeep(data: unknown): boolean {
  const pages = (data as { pages?: unknown[] } | undefined)?.pages;
  return pages !== undefined && pages.length > PAGES_MAX;
}

/** Marks what changed as to be read again. Keys of queries begin with their topic. */
function refresh(client: QueryClient, changed: readonly string[] | 'all') {
  const topics =
    changed === 'all' ? changed : changed.flatMap((topic) => [topic, ...(ALSO[topic] ?? [])]);
  void client.invalidateQueries({
    predicate: (query) =>
      query.meta?.live !== false &&
      !isDeep(query.state.data) &&
      (topics === 'all' || topics.includes(String(query.queryKey[0]))),
  });
}

/** Keeps every shown query fresh: by the server's events where it sends them, else by looking. */
export function useLive(environment: string | undefined): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>({ state: 'connecting', heard: null });

  useEffect(() => {
    const query = environment ? `?environment=${encodeURIComponent(environment)}` : '';
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    let failures = 0;

    const heard = () => setLiveness({ state: 'live', heard: new Date() });
    const paused = () => setLiveness((was) => ({ state: 'paused', heard: was.heard }));
    const later = (act: () => void, ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(act, ms);
    };

    const look = async () => {
      const answered = await fetch('/readyz').then(
        (response) => response.ok,
        () => false,
      );
      if (over) return;
      if (answered) {
        heard();
        refresh(client, 'all');
      } else {
        paused();
      }
      later(() => void look(), POLL_MS);
    };

    const listen = () => {
      source = new EventSource(`/api/v1/live${query}`);
      const quiet = () => later(lost, SILENCE_MS);
      // The server ends a long connection to ask again who we are: that alone is no loss.
      const lost = () => {
        source?.close();
        failures += 1;
        if (failures > 1) paused();
        later(listen, failures > 1 ? POLL_MS : AGAIN_MS);
      };
      source.onopen = () => {
        if (failures > 0) line.dispatchEvent(new Event('again'));
        failures = 0;
        heard();
        refresh(client, 'all');
        quiet();
      };
      source.addEventListener('beat', () => {
        heard();
        quiet();
      });
      source.addEventListener('change', (event: MessageEvent<string>) => {
        heard();
        quiet();
        refresh(client, (JSON.parse(event.data) as Change).topics);
      });
      source.onerror = lost;
    };

    // An event source does not say why it failed, so the server is asked once whether it has one.
    const ask = new AbortController();
    void fetch(`/api/v1/live${query}`, { signal: ask.signal }).then(
      (response) => {
        const sends = response.ok;
        ask.abort();
        if (over) return;
        if (sends) listen();
        else void look();
      },
      () => {
        if (!over) void look();
      },
    );

    return () => {
      over = true;
      ask.abort();
      clearTimeout(timer);
      source?.close();
    };
  }, [client, environment]);

  return liveness;
}
