import { line } from './client';
import { type Follower, follow, type Pace } from '@/lib/follow';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

/** Whether the page shows what is so now. */
export interface Liveness {
  state: 'connecting' | 'live' | 'paused';
  /** When the server was last heard of. */
  heard: Date | null;
}

/** A beat comes every 15 s; two missed ones mean that the line is dead. */
const PACE: Pace = { againMs: 500, pollMs: 5_000, silenceMs: 40_000 };

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

/** Keeps every shown query fresh: by what the server tells, or by looking where it has no line for us. */
export function useLive(environment: string | undefined): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>({ state: 'connecting', heard: null });

  useEffect(() => {
    const query = environment ? `?environment=${encodeURIComponent(environment)}` : '';
    let isFirst = true;
    let following: AbortController | null = null;
    const heard = () => setLiveness({ state: 'live', heard: new Date() });
    const follower: Follower = {
      opened: () => {
        if (!isFirst) line.dispatchEvent(new Event('again'));
        isFirst = false;
        heard();
        refresh(client, 'all');
      },
      told: (event, data) => {
        heard();
        if (event === 'change') refresh(client, (JSON.parse(data) as Change).topics);
      },
      refused: (status) => {
        if (status === 401) line.dispatchEvent(new Event('over'));
        heard();
        refresh(client, 'all');
      },
      lost: () => setLiveness((was) => ({ state: 'paused', heard: was.heard })),
    };
    // A browser has six connections to a server for all of its tabs: those that nobody sees keep none.
    const look = () => {
      if (document.hidden) {
        following?.abort();
        following = null;
      } else if (!following) {
        following = new AbortController();
        void follow(`/api/v1/live${query}`, follower, PACE, following.signal);
      }
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      following?.abort();
    };
  }, [client, environment]);

  return liveness;
}
