// The source of a list mapping in three parts: the list, which of its items, grouped by what. They
// are one formula in the document: `group_by(lines.filter(line, line.quantity > 0), 'product')`.

import { argumentsOf, callAt, textOf } from './way';

export interface Each {
  list: string;
  /** Which items are taken: a condition of the item. */
  only: string;
  /** The member by which items are brought together; then an item has `key` and `items`. */
  by: string;
}

const NAME = /^[A-Za-z_]\w*$/;

/** A formula in its parts; all of it is the list if it is made otherwise. */
export function eachOf(text: string): Each {
  const formula = text.startsWith('=') ? text.slice(1).trim() : text;
  const grouped = callAt(formula, 'group_by');
  if (grouped?.rest === '') {
    const [list, by] = argumentsOf(grouped.inner);
    const member = /^'([\w.]+)'$/.exec(by ?? '')?.[1];
    if (list && member) return { ...filtered(list), by: member };
  }
  return { ...filtered(formula), by: '' };
}

function filtered(formula: string): { list: string; only: string } {
  for (let at = formula.indexOf('.filter('); at >= 0; at = formula.indexOf('.filter(', at + 1)) {
    const call = callAt(formula.slice(at + 1), 'filter');
    if (call?.rest !== '') continue;
    const [item, only, more] = argumentsOf(call.inner);
    if (item && only && more === undefined && NAME.test(item)) {
      return { list: formula.slice(0, at), only };
    }
  }
  return { list: formula, only: '' };
}

/** The variable that a formula's condition names its item by. */
export function itemOf(text: string): string | undefined {
  return /\.filter\(\s*([A-Za-z_]\w*)\s*,/.exec(text)?.[1];
}

/** The one formula of the parts; `item` is the name by which the condition knows an item. */
export function writeEach({ list, only, by }: Each, item: string): string {
  const taken = only.trim() === '' ? list : `${list}.filter(${item}, ${only.trim()})`;
  return by.trim() === '' ? `=${taken}` : `=group_by(${taken}, ${textOf(by.trim())})`;
}

/** A name for one of a list's items: `lines` has a `line`. */
export function singular(path: string): string {
  const name = /([A-Za-z_]\w*)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const one = /[a-z]{2,}s$/.test(name) ? name.replace(/ies$/, 'y').replace(/s$/, '') : '';
  return /^[a-z][a-z0-9_]*$/.test(one) ? one : 'item';
}
