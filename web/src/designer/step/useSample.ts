import type { Editor } from '../store/editor';
import { useEditor } from '../store/context';
import { isList, isMap, isText, type Json } from '../model/json';
import { useEnvironmentName } from '@/app/useEnvironment';
import { triggerExamples } from '@/api/designer';
import { draft } from '@/api/drafts';
import { type Event, event, events } from '@/api/events';
import type { Chosen } from '@/api/preview';
import { amountText } from '@/lib/money';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
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
}

interface Sample {
  key: string;
  label: string;
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

/** The events that start the flow, in their sender's words. */
function typesOf(trigger: Json | undefined): string[] {
  const all = isList(trigger) ? trigger : [trigger];
  return all.flatMap((one) => (isText(one) && one.includes('.') ? [one] : []));
}

function titleOf(text: string): string {
  return /^sample:\s*(\S+)/m.exec(text)?.[1] ?? 'sample';
}

/** The sample that the flow's steps are shown on, and what else there is. */
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
  const trigger = typesOf(isMap(editor.document) ? editor.document.trigger : undefined)[0];
  const connector = trigger ? editor.catalog.trigger(trigger)?.connector.id : undefined;
  const type = trigger && connector ? trigger.slice(connector.length + 1) : undefined;
  const pinned = useQuery({
    queryKey: ['samples', editor.flow],
    queryFn: async () => (await draft(editor.flow))?.samples ?? [],
  });
  const live = useInfiniteQuery({
    ...events(environment, { type }),
    enabled: type !== undefined,
    retry: false,
  });
  const examples = useQuery({ ...triggerExamples(trigger ?? ''), enabled: trigger !== undefined });
  const found = live.data?.pages[0]?.data.slice(0, 10) ?? [];
  const offers: Offer[] = [
    ...(pinned.data ?? []).map((text, n): Offer => ({
      key: `pinned:${n}`,
      label: titleOf(text),
      group: GROUPS[0],
    })),
    ...found.map((one): Offer => ({
      key: `event:${one.id}`,
      label: `${worth(one)} · ${one.received_at.slice(0, 19).replace('T', ' ')} UTC`,
      group: GROUPS[1],
    })),
    ...(examples.data ?? []).map(({ title }, n): Offer => ({
      key: `example:${n}`,
      label: title,
      group: GROUPS[2],
    })),
  ];
  const choose = async (key: string): Promise<void> => {
    const label = offers.find((one) => one.key === key)?.label ?? key;
    const id = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('pinned:')) {
      const text = pinned.data?.[Number(id)];
      keep(editor, { key, label, chosen: text === undefined ? null : { sample: text } });
      return;
    }
    if (key.startsWith('example:')) {
      const body = examples.data?.[Number(id)]?.body as object | undefined;
      keep(editor, { key, label, chosen: body ? { body } : null });
      return;
    }
    keep(editor, { key, label, chosen: null });
    const { payload } = await client.query(event(id));
    if (samples.get(editor)?.key !== key) return;
    keep(editor, { key, label, chosen: payload ? { body: payload } : null });
  };
  const byHand = (body: object): void =>
    keep(editor, { key: 'hand', label: 'Made by hand', chosen: { body } });

  const first = offers[0]?.key;
  const isSettled =
    !pinned.isPending && (type === undefined || (!live.isPending && !examples.isPending));
  useEffect(() => {
    if (samples.get(editor) === undefined && isSettled && first !== undefined) void choose(first);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the first choice is made here
  }, [editor, isSettled, first]);
  return { sample, offers, choose, byHand, isSettled, trigger, pinned: pinned.data ?? [] };
}

/** What a person knows an event by: its amount, else the sender's id. */
const worth = ({ amount_minor: minor, currency, source_id: id }: Event): string =>
  minor != null && currency ? amountText(minor, currency) : id;
