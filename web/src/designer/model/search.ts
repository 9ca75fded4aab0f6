// Finding in a flow what the browser cannot, since rows that are not drawn are not in the page.

import type { Catalog } from './catalog';
import { type Json, type JsonMap, type Path, get, isList, isMap, isText } from './json';
import { sentenceOf } from './sentence';
import { idOf, walk } from './step';

export interface Hit {
  step: Path;
  id: string;
  /** What was found, and where in the step. */
  field: string;
  text: string;
}

/** Every text of a step, by its field, without those of the steps that it holds. */
function texts(value: Json, field: string, found: [string, string][]): void {
  if (isText(value)) found.push([field, value]);
  else if (typeof value === 'number' || typeof value === 'boolean')
    found.push([field, String(value)]);
  else if (isList(value))
    value.forEach((item, n) => {
      texts(item, `${field}[${n}]`, found);
    });
  else if (isMap(value)) {
    for (const [key, inner] of Object.entries(value)) {
      found.push([field === '' ? key : `${field}.${key}`, key]);
      texts(inner, field === '' ? key : `${field}.${key}`, found);
    }
  }
}

/** The first place of every step where all of `query` is found, in the order of the document. */
export function search(document: JsonMap, query: string, catalog: Catalog): Hit[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const hits: Hit[] = [];
  walk(get(document, ['steps']), ['steps'], (step, path) => {
    const found: [string, string][] = [['', sentenceOf(step, catalog).text]];
    for (const [key, value] of Object.entries(step)) {
      if (key === 'steps' || key === 'parallel' || (key === 'on_error' && isList(value))) continue;
      if (key === 'choose' && isList(value)) {
        value.forEach((one, n) => {
          if (!isMap(one)) return;
          const own = Object.entries(one).filter(([name]) => name !== 'steps');
          texts(Object.fromEntries(own), `choose[${n}]`, found);
        });
      } else {
        if (isText(value)) found.push([key, value]);
        else texts(value, key, found);
      }
    }
    const hit = found.find(([, text]) => text.toLowerCase().includes(wanted));
    if (hit) hits.push({ step: path, id: idOf(step), field: hit[0], text: hit[1] });
  });
  return hits;
}
