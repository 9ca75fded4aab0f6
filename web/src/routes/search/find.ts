import { answer, client } from '@/api/client';
import { ProblemError } from '@/api/problem';

/** Something that was found. */
export interface Hit {
  kind: 'Run' | 'Event' | 'Journal entry';
  to: 'run' | 'event' | 'entry';
  id: string;
  label: string;
  about: string;
  state?: string;
  at: string;
}

const LIMIT = 20;

/** What is not there, or is no such id, is simply not found. */
async function maybe<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ProblemError && error.details.status < 500) return null;
    throw error;
  }
}

/** Asks every list that can be searched, at the same time. */
export async function findAnything(environment: string | undefined, text: string): Promise<Hit[]> {
  const query = { environment, search: text, limit: LIMIT };
  const none = Promise.resolve(null);
  const [runs, events, entries, run, event] = await Promise.all([
    answer(client.GET('/api/v1/runs', { params: { query } })),
    answer(client.GET('/api/v1/events', { params: { query } })),
    answer(client.GET('/api/v1/books/entries', { params: { query } })),
    text.startsWith('run_')
      ? maybe(answer(client.GET('/api/v1/runs/{run}', { params: { path: { run: text } } })))
      : none,
    text.startsWith('evt_')
      ? maybe(answer(client.GET('/api/v1/events/{event}', { params: { path: { event: text } } })))
      : none,
  ]);
  const hits: Hit[] = [
    ...[...(run ? [run] : []), ...runs.data].map((found) => ({
      kind: 'Run' as const,
      to: 'run' as const,
      id: found.id,
      label: found.key,
      about: found.flow,
      state: found.state,
      at: found.created_at,
    })),
    ...[...(event ? [event] : []), ...events.data].map((found) => ({
      kind: 'Event' as const,
      to: 'event' as const,
      id: found.id,
      label: found.source_id,
      about: found.type,
      at: found.received_at,
    })),
    ...entries.data.map((found) => ({
      kind: 'Journal entry' as const,
      to: 'entry' as const,
      id: found.id,
      label: found.reference,
      about: found.text,
      state: found.state,
      at: found.created_at,
    })),
  ];
  const seen = new Set<string>();
  return hits.filter(({ kind, id }) => {
    const key = `${kind} ${id}`;
    return seen.has(key) ? false : seen.add(key);
  });
}
