// Drafts and their histories in the browser's own database, so that a reload or a crash loses
// nothing. An entry is written once; an edit writes its entry and the head, never the whole history.

import type { Entry, History } from '../model/history';
import type { JsonMap } from '../model/json';

const NAME = 'towpath-drafts';
const HEADS = 'heads';
const ENTRIES = 'entries';

/** How the draft stands to that of the server. */
export interface Standing {
  /** The server's revision that it is or came from; none for a flow that the server does not have. */
  revision: number | null;
  /** It holds what the server does not have yet. */
  ahead: boolean;
}

interface Head extends Standing {
  flow: string;
  document: JsonMap;
  done: number;
  count: number;
  changedAt: number;
}

export interface Kept extends Standing {
  history: History;
}

export interface DraftRow {
  flow: string;
  title: string;
  changedAt: number;
  ahead: boolean;
}

function request<T>(one: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    one.onsuccess = () => resolve(one.result as T);
    one.onerror = () => reject(one.error ?? new Error('the browser keeps nothing'));
  });
}

let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const open = indexedDB.open(NAME, 1);
    open.onupgradeneeded = () => {
      open.result.createObjectStore(HEADS, { keyPath: 'flow' });
      open.result.createObjectStore(ENTRIES);
    };
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error ?? new Error('the browser keeps nothing'));
  });
  return opened;
}

/** The draft of a flow with its whole history, if this browser has one. */
export async function load(flow: string): Promise<Kept | null> {
  const db = await database();
  const tx = db.transaction([HEADS, ENTRIES]);
  const head = await request<Head | undefined>(tx.objectStore(HEADS).get(flow));
  if (!head) return null;
  const range = IDBKeyRange.bound([flow, -1], [flow, head.count], false, true);
  const entries = await request<Entry[]>(tx.objectStore(ENTRIES).getAll(range));
  const { document, done, revision, ahead } = head;
  return { history: { document, entries, done, sealed: true }, revision, ahead };
}

/** Writes down what differs from `before`, which was written last; all of it without one. */
export async function keep(
  flow: string,
  { revision, ahead }: Standing,
  history: History,
  before: History | null,
  now: number,
): Promise<void> {
  const db = await database();
  const tx = db.transaction([HEADS, ENTRIES], 'readwrite');
  const entries = tx.objectStore(ENTRIES);
  if (!before) entries.delete(IDBKeyRange.bound([flow, -1], [flow, Infinity]));
  history.entries.forEach((entry, n) => {
    if (before?.entries[n] !== entry) entries.put(entry, [flow, n]);
  });
  const { document, done } = history;
  const count = history.entries.length;
  const head: Head = { flow, document, done, count, revision, ahead, changedAt: now };
  tx.objectStore(HEADS).put(head);
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('the draft could not be written'));
  });
}

/** The drafts of this browser. */
export async function drafts(): Promise<DraftRow[]> {
  const db = await database();
  const heads = await request<Head[]>(db.transaction(HEADS).objectStore(HEADS).getAll());
  return heads.map(({ flow, document, changedAt, ahead }) => ({
    flow,
    title: typeof document.title === 'string' ? document.title : flow,
    changedAt,
    ahead,
  }));
}
