import { CATALOG, FLOW } from './fixture';
import { place, counts, fixOf } from './problem';
import { search } from './search';
import { dropRowAt, layoutOf, rowAt, rowsOf } from './rows';
import { caseOf, sentenceOf, startsOf } from './sentence';
import { fieldsOf, typed } from './schema';
import type { JsonMap } from './json';
import { expect, it } from 'vitest';

const step = (n: number): JsonMap => (FLOW.steps as JsonMap[])[n] ?? {};

it('D1: the product places every step, and a list ends with a row', () => {
  const rows = rowsOf(FLOW, new Set());
  expect(rows.map(({ kind, depth }) => `${kind}${depth}`).join(' ')).toBe(
    'start0 step0 step0 case1 case1 step2 step2 end2 step0 step1 end1 step0 error1 step2 end2 step0 end0',
  );
  expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
  const folded = rowsOf(FLOW, new Set(['step:customer', 'step:order/on_error']));
  expect(folded).toHaveLength(rows.length - 7);
});

it('W2: level, position and size of siblings are right', () => {
  const rows = rowsOf(FLOW, new Set());
  const groups = new Map<string, typeof rows>();
  for (const row of rows.filter((one) => one.kind !== 'end')) {
    const key = row.parent ?? '';
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const siblings of groups.values()) {
    siblings.forEach((row, n) =>
      expect([row.key, row.position, row.level]).toEqual([row.key, n + 1, siblings[0]?.level]),
    );
  }
});

it('a height finds its row and the nearest place for a step', () => {
  const layout = layoutOf(FLOW, new Set());
  expect(rowAt(layout, -5)).toBe(0);
  expect(rowAt(layout, layout.height + 5)).toBe(layout.rows.length - 1);
  expect(layout.rows[dropRowAt(layout, layout.tops[2] ?? 0)]?.key).toBe('step:customer');
});

it('steps are sentences', () => {
  expect(sentenceOf(step(3), CATALOG)).toMatchObject({
    text: 'The order',
    detail: 'Create an order · ERP',
  });
  expect(sentenceOf(step(4), CATALOG).text).toBe(
    'Go on only if steps.order.total == charge.amount',
  );
  expect(sentenceOf({ id: 'x', use: 'no.such.thing' }, CATALOG)).toMatchObject({
    missing: 'no.such.thing',
  });
  expect(startsOf(FLOW, CATALOG)).toBe('A charge was made (Shop)');
  expect(caseOf({ steps: [] }, 1)).toBe('Otherwise');
});

it('D12: title, id, field, operation and formulas are searched', () => {
  const found = (query: string) => search(FLOW, query, CATALOG).map((hit) => hit.id);
  expect(found('the ORDER')).toEqual(['order']);
  expect(found('erp.order')).toEqual(['order']);
  expect(found('sku')).toEqual(['item']);
  expect(found('has(charge')).toEqual(['customer']);
  expect(found('steps.guest')).toEqual(['named']);
  expect(found('nothing of this')).toEqual([]);
});

it('D8: problems stand on their step and field, and some are cured by a click', () => {
  const flow: JsonMap = {
    schema: 1,
    steps: [
      { id: 'a', set: {}, titel: 'A' },
      { id: 'a', wait: { until: '=true' } },
      { id: 'c', use: 'erp.order.creat', with: {} },
    ],
  };
  const problem = (path: string, code: string, message: string, cure: string) => ({
    severity: 'error',
    path,
    code,
    message,
    cure,
  });
  const placed = place(flow, [
    problem('steps.a.titel', 'unknown_key', '`titel` is not a key here', 'did you mean `title`?'),
    problem('steps.a', 'duplicate_id', 'two steps are named `a`', 'rename one'),
    problem(
      'steps.c.use',
      'unknown_operation',
      'there is no `erp.order.creat`',
      'did you mean `erp.order.create`?',
    ),
    problem('flow', 'missing', '`flow` is missing', 'add `flow:`'),
  ]);
  expect(placed.map(({ step: at, field }) => [at, field])).toEqual([
    [['steps', 0], ['titel']],
    [['steps', 0], []],
    [['steps', 2], ['use']],
    [[], ['flow']],
  ]);
  expect(counts(placed).get('a')).toEqual({ errors: 2, warnings: 0 });
  const fixed = placed.map((one) => (fixOf(flow, one)?.edit.document.steps ?? []) as JsonMap[]);
  expect(fixed[0]?.[0]).toEqual({ id: 'a', set: {}, title: 'A' });
  expect(fixed[1]?.[1]?.id).toBe('a_2');
  expect(fixed[2]?.[2]?.use).toBe('erp.order.create');
  expect(fixed[3]).toEqual([]);
});

it('S7: required fields come first, with their type, length and peer name', () => {
  const fields = fieldsOf({
    required: ['name'],
    properties: {
      note: { type: ['string', 'null'] },
      name: { type: 'string', maxLength: 36, 'x-peer-name': 'CUNM', description: 'The name' },
      lines: { type: 'array', items: { $ref: '#/$defs/line' } },
    },
    $defs: { line: { type: 'object', properties: { quantity: { type: 'integer' } } } },
  });
  expect(fields.map(({ name, type }) => [name, type])).toEqual([
    ['name', 'text'],
    ['note', 'text'],
    ['lines', 'list of maps'],
  ]);
  expect(fields[0]).toMatchObject({ required: true, maxLength: 36, peerName: 'CUNM' });
  expect(fields[2]?.fields[0]?.type).toBe('whole number');
  expect(typed('12', { type: 'whole number' })).toBe(12);
  expect(typed('=1', { type: 'whole number' })).toBe('=1');
  expect(typed('007', { type: 'whole number' })).toBe('007');
});
