import type { Editor } from '../store/editor';
import { useEditor } from '../store/context';
import { isList, isMap, isText, type Json } from '../model/json';
import { useEnvironmentName } from '@/app/useEnvironment';
import { triggerExamples } from '@/api/designer';
import { draft } from '@/api/drafts';
import { type Event, event, newestEvents } from '@/api/events';
import type { Chosen } from '@/api/preview';
import { amountText } from '@/lib/money';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';

const GROUPS = [
  'Pinned beside the flow',
  'Latest live events, persons hidden',
  'Examples, made up',
] as const;

/** A sample that can be chosen. */
export interface Offer {
  key: string;
  label: string;
  group: (typeof GROUPS)[number];
  trigger: string | undefined;
}

interface Sample {
  key: string;
  label: string;
  /** The trigger that it is an event of, if it is known. */
  trigger: string | undefined;
  /** Nothing while it is fetched. */
  chosen: Chosen | null;
}

// The chosen sample holds for the whole flow, and no longer than the page: it may name persons.
const samples = new WeakMap<Editor, Sample>();
const listeners = new Set<() => void>();

function keep(editor: Editor, sample: Sample): void {
  samples.set(editor, sample);
  for (const listener of listeners) listener();
}

/** So many live events are offered. */
const NEWEST = 10;

/** The events that start the flow. */
function triggersOf(trigger: Json | undefined): string[] {
  const all = isList(trigger) ? trigger : [trigger];
  return all.flatMap((one) => (isText(one) && one.includes('.') ? [one] : []));
}

/** The word after a name that begins a line of a document. */
function wordOf(text: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
}

/** The sample that the flow's steps are shown on, and what else there is: events of all its triggers. */
export function useSample() {
  const editor = useEditor();
  const client = useQueryClient();
  const environment = useEnvironmentName();
  const sample = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => samples.get(editor),
  );
  const triggers = triggersOf(isMap(editor.document) ? editor.document.trigger : undefined);
  const known = triggers.flatMap((id) => {
    const found = editor.catalog.trigger(id);
    return found ? [{ id, title: found.trigger.title, connector: found.connector.id }] : [];
  });
  // What differs between them is told where there are several.
  const after = (title: string): string => (known.length > 1 ? ` · ${title}` : '');
  const pinned = useQuery({
    queryKey: ['samples', editor.flow],
    queryFn: async () => (await draft(editor.flow))?.samples ?? [],
  });
  const live = useQueries({
    queries: known.map(({ id, connector }) => ({
      ...newestEvents(environment, NEWEST, id.slice(connector.length + 1)),
      retry: false,
    })),
  });
  const examples = useQueries({ queries: known.map(({ id }) => triggerExamples(id)) });
  const found = known
    .flatMap(({ id, title }, n) => (live[n]?.data?.data ?? []).map((one) => ({ id, title, one })))
    .toSorted((a, b) => b.one.received_at.localeCompare(a.one.received_at))
    .slice(0, NEWEST);
  const made = known.flatMap(({ id, title }, n) =>
    (examples[n]?.data ?? []).map((one) => ({ id, title, one })),
  );
  const offers: Offer[] = [
    ...(pinned.data ?? []).map((text, n): Offer => ({
      key: `pinned:${n}`,
      label: wordOf(text, 'sample') ?? 'sample',
      group: GROUPS[0],
      trigger: wordOf(text, 'trigger'),
    })),
    ...found.map(({ id, title, one }): Offer => ({
      key: `event:${one.id}`,
      label: `${worth(one)} · ${one.received_at.slice(0, 19).replace('T', ' ')} UTC${after(title)}`,
      group: GROUPS[1],
      trigger: id,
    })),
    ...made.map(({ id, title, one }, n): Offer => ({
      key: `example:${n}`,
      label: `${one.title}${after(title)}`,
      group: GROUPS[2],
      trigger: id,
    })),
  ];
  const choose = async (key: string): Promise<void> => {
    const offer = offers.find((one) => one.key === key);
    const about = { key, label: offer?.label ?? key, trigger: offer?.trigger };
    const id = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('pinned:')) {
      const text = pinned.data?.[Number(id)];
      keep(editor, { ...about, chosen: text === undefined ? null : { sample: text } });
      return;
    }
    if (key.startsWith('example:')) {
      const body = made[Number(id)]?.one.body as object | undefined;
      keep(editor, { ...about, chosen: body ? { body } : null });
      return;
    }
    keep(editor, { ...about, chosen: null });
    const { payload } = await client.query(event(id));
    if (samples.get(editor)?.key !== key) return;
    keep(editor, { ...about, chosen: payload ? { body: payload } : null });
  };
  const trigger = sample?.trigger ?? triggers[0];
  const byHand = (body: object): void =>
    keep(editor, { key: 'hand', label: 'Made by hand', trigger, chosen: { body } });

  const first = offers[0]?.key;
  const isSettled = ![pinned, ...live, ...examples].some((one) => one.isPending);
  useEffect(() => {
    if (samples.get(editor) === undefined && isSettled && first !== undefined) void choose(first);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the first choice is made here
  }, [editor, isSettled, first]);
  return { sample, offers, choose, byHand, isSettled, trigger, pinned: pinned.data ?? [] };
}

/** What a person knows an event by: its amount, else the sender's id. */
const worth = ({ amount_minor: minor, currency, source_id: id }: Event): string =>
  minor != null && currency ? amountText(minor, currency) : id;
