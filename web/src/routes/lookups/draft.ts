import type { Row, RowIn } from '@/api/lookups';
import { type CellColumn, cell } from '@/lib/lookupRow';
import { cellText } from '@/lib/lookupSheet';

/** A row as it is being typed. */
export interface Draft {
  keys: string[];
  cells: Record<string, string>;
  /** The first day that it holds; empty for always. */
  from: string;
}

/** A stored row to change, or an empty one. */
export function draftOf(row: Row | null, parts: number, columns: readonly CellColumn[]): Draft {
  if (!row) return { keys: Array.from({ length: parts }, () => ''), cells: {}, from: '' };
  const value = row.value;
  const cells = columns.map(({ name }): [string, string] => [
    name,
    cellText(
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[name]
        : value,
    ),
  ]);
  const keys = typeof row.key === 'string' ? [row.key] : row.key;
  return { keys, cells: Object.fromEntries(cells), from: row.valid_from ?? '' };
}

/** The row as it is sent. An empty cell is not given. */
export function sentOf(draft: Draft, columns: readonly CellColumn[], isBare: boolean): RowIn {
  const given = columns.filter(({ name }) => draft.cells[name]?.trim());
  const values = given.map(({ name, type }): [string, unknown] => [
    name,
    cell(type, draft.cells[name]?.trim() ?? ''),
  ]);
  const [first = ''] = draft.keys;
  return {
    key: draft.keys.length === 1 ? first.trim() : draft.keys.map((part) => part.trim()),
    value: isBare ? values[0]?.[1] : Object.fromEntries(values),
    ...(draft.from ? { valid_from: draft.from } : {}),
  };
}
