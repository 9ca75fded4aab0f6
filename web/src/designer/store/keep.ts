// Drafts and their histories in the browser's own database, so that a reload or a crash loses
// nothing. An entry is written once; an edit writes its entry and the head, never the whole history.

import type { Entry, History } from '../model/history';
import type { JsonMap } from '../model/json';

const NAME = 'towpath-drafts';
const HEADS = 'heads';
const ENTRIES = 'entries';

interface Head {
  flow: string;
  document: JsonMap;
  done: number;
  count: number;
  /** The published text that the draft began with; empty for a new flow. */
  base: string;
  changedAt: number;
}

export interface Kept {
  history: History;
  base: string;
  changedAt: number;
}

export interface DraftRow {
  flow: string;
  title: string;
  changedAt: number;
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

const entriesOf = (flow: string): IDBKeyRange => IDBKeyRange.bound([flow, 0], [flow, Infinity]);

/** The draft of a flow with its whole history, if this browser has one. */
export async function load(flow: string): Promise<Kept | null> {
  const db = await database();
  const tx = db.transaction([HEADS, ENTRIES]);
  const head = await request<Head | undefined>(tx.objectStore(HEADS).get(flow));
  if (!head) return null;
  const range = IDBKeyRange.bound([flow, 0], [flow, head.count], false, true);
  const entries = await request<Entry[]>(tx.objectStore(ENTRIES).getAll(range));
  const { document, done, base, changedAt } = head;
  return { history: { document, entries, done, sealed: true }, base, changedAt };
}

/** Writes down what differs from `before`, which was written last. */
export async function keep(
  flow: string,
  base: string,
  history: History,
  before: History | null,
  now: number,
): Promise<void> {
  const db = await database();
  const tx = db.transaction([HEADS, ENTRIES], 'readwrite');
  const entries = tx.objectStore(ENTRIES);
  if (!before) entries.delete(entriesOf(flow));
  history.entries.forEach((entry, n) => {
    if (before?.entries[n] !== entry) entries.put(entry, [flow, n]);
  });
  const { document, done } = history;
  const count = history.entries.length;
  const head: Head = { flow, document, done, count, base, changedAt: now };
  tx.objectStore(HEADS).put(head);
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new Error('the draft could not be written'));
  });
}

/** Forgets a draft and its history. */
export async function forget(flow: string): Promise<void> {
  const db = await database();
  const tx = db.transaction([HEADS, ENTRIES], 'readwrite');
  tx.objectStore(HEADS).delete(flow);
  await request(tx.objectStore(ENTRIES).delete(entriesOf(flow)));
}

/** The drafts of this browser. */
export async function drafts(): Promise<DraftRow[]> {
  const db = await database();
  const heads = await request<Head[]>(db.transaction(HEADS).objectStore(HEADS).getAll());
  return heads.map(({ flow, document, changedAt }) => ({
    flow,
    title: typeof document.title === 'string' ? document.title : flow,
    changedAt,
  }));
}
