// The flow as an SVG picture of its own, with all steps and no styles from outside. Always light, as
// print is.

import type { Catalog } from './catalog';
import { type JsonMap, get, isMap } from './json';
import { type Layout, type Row, noteOf } from './rows';
import { caseOf, sentenceOf, startsOf } from './sentence';
import { idOf, titleOf } from './step';

const WIDTH = 760;
const HEAD = 56;
const INDENT = 28;

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A text cut to what fits at about so many pixels. */
function fit(text: string, px: number, each: number): string {
  const most = Math.max(4, Math.floor(px / each));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** What a row says: its words, and what else there is to it. */
export function textOf(row: Row, document: JsonMap, catalog: Catalog): [string, string] {
  const step = get(document, row.step);
  const block = isMap(step) ? step : {};
  if (row.kind === 'start') return [`Starts on: ${startsOf(document, catalog)}`, ''];
  if (row.kind === 'branch') return [String(row.nested[1] ?? ''), ''];
  if (row.kind === 'error') return ['If it fails', ''];
  if (row.kind === 'case') {
    const one = get(block, row.nested.slice(0, 2)) ?? null;
    const does = row.nested.length === 2 && isMap(one) ? sentenceOf(one, catalog).text : '';
    return [caseOf(one, Number(row.nested[1])), does];
  }
  const said = sentenceOf(block, catalog);
  return [said.text, said.detail];
}

export function pictureOf(
  document: JsonMap,
  layout: Layout,
  catalog: Catalog,
): { svg: string; width: number; height: number } {
  const deepest = Math.max(0, ...layout.rows.map((row) => row.depth));
  const width = WIDTH + deepest * INDENT;
  const height = HEAD + layout.height + 24;
  const parts: string[] = [];
  layout.rows.forEach((row, n) => {
    const top = HEAD + (layout.tops[n] ?? 0);
    const bottom = HEAD + (layout.tops[n + 1] ?? 0);
    for (const depth of row.rails) {
      const end = row.kind === 'end' && depth === row.depth ? top + 12 : bottom;
      parts.push(`<path d="M${30 + depth * INDENT} ${top}V${end}" class="l"/>`);
    }
    if (row.kind === 'end') return;
    const left = 14 + row.depth * INDENT;
    const room = width - left - 24;
    const [text, detail] = textOf(row, document, catalog);
    const id = row.kind === 'step' ? idOf(get(document, row.step)) : '';
    const note = noteOf(document, row).split('\n')[0] ?? '';
    const box = `<rect x="${left}" y="${top + 12}" width="${room}" height="${bottom - top - 14}" rx="6" class="${row.kind === 'step' || row.kind === 'start' ? 'c' : 'h'}"/>`;
    parts.push(
      box,
      `<text x="${left + 14}" y="${top + 32}" class="t">${escape(fit(text, room - 40 - id.length * 7, 6.6))}</text>`,
    );
    if (id)
      parts.push(`<text x="${left + room - 12}" y="${top + 32}" class="i">${escape(id)}</text>`);
    if (detail)
      parts.push(
        `<text x="${left + 14}" y="${top + 50}" class="d">${escape(fit(detail, room - 30, 5.9))}</text>`,
      );
    if (note && row.kind === 'step')
      parts.push(
        `<text x="${left + 14}" y="${top + 68}" class="n">${escape(fit(note, room - 30, 5.9))}</text>`,
      );
  });
  const title = titleOf(document) || (typeof document.flow === 'string' ? document.flow : '');
  const style =
    '.l{stroke:#a3aeb3;fill:none}.c{fill:#fff;stroke:#dfe4e6}.h{fill:#edf0f1;stroke:#dfe4e6}' +
    "text{font-family:Inter,system-ui,'Segoe UI',sans-serif;fill:#1d2427}.t{font-size:13px;font-weight:600}" +
    '.d{font-size:12px;fill:#55636a}.n{font-size:12px;font-style:italic;fill:#55636a}' +
    '.i{font-size:11px;fill:#55636a;text-anchor:end;font-family:monospace}.f{font-size:18px;font-weight:650}';
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<style>${style}</style><rect width="100%" height="100%" fill="#f6f8f8"/>` +
    `<text x="14" y="36" class="f">${escape(title)}</text>${parts.join('')}</svg>`;
  return { svg, width, height };
}
