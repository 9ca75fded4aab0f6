// Which fields of the form are shown: those that are looked for by name, help or formula, and of
// those the mapped, the unmapped or the broken.

import { type Json, type Path, isList, isMap } from '../model/json';
import { type Field, shown } from '../model/schema';
import type { Only } from './view';

export interface Sought {
  only: Only;
  query: string;
  /** Whether a field comes to nothing good. */
  isBroken: (path: Path) => boolean;
}

export function isSeeking({ only, query }: Pick<Sought, 'only' | 'query'>): boolean {
  return only !== 'all' || query.trim() !== '';
}

/** Whether a field, or one that it holds, is looked for. */
export function isSought(
  sought: Sought,
  path: Path,
  field: Field,
  value: Json | undefined,
  above = '',
): boolean {
  const single = shown(value);
  const words =
    `${above} ${field.name} ${field.title} ${field.peerName ?? ''} ${field.doc} ${single ?? ''}`.toLowerCase();
  if (single !== null) {
    const wanted = sought.query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!wanted.every((word) => words.includes(word))) return false;
    if (sought.only === 'mapped') return single !== '';
    if (sought.only === 'unmapped') return single === '';
    return sought.only === 'broken' ? sought.isBroken(path) : true;
  }
  if (sought.only === 'broken' && sought.isBroken(path)) return true;
  return membersOf(path, field, value ?? null).some(([at, one, inner]) =>
    isSought(sought, at, one, inner, words),
  );
}

const ANY: Omit<Field, 'name'> = {
  title: '',
  doc: '',
  type: '',
  required: false,
  options: [],
  fields: [],
  isList: false,
};

function membersOf(path: Path, field: Field, value: Json): [Path, Field, Json | undefined][] {
  if (isList(value)) {
    const item = { ...field, isList: false };
    return value.map((one, n) => [[...path, n], item, one]);
  }
  if (!isMap(value)) return [];
  if (value.each !== undefined && value.to !== undefined) {
    return [
      [[...path, 'each'], { ...ANY, name: 'each' }, value.each],
      ...membersOf([...path, 'to'], field, value.to),
    ];
  }
  const names = new Set([...field.fields.map((one) => one.name), ...Object.keys(value)]);
  return [...names].map((name) => [
    [...path, name],
    field.fields.find((one) => one.name === name) ?? { ...ANY, name },
    value[name],
  ]);
}
