import { compare } from './compare';
import { expect, it } from 'vitest';

it('shows two values place by place and marks what differs', () => {
  const left = { status: 400, body: { item: 'MUG', lines: [1] } };
  const right = { status: 200, body: { item: 'MUG', lines: [1, 2] } };
  expect(compare(left, right)).toEqual([
    { path: 'status', left: '400', right: '200', differs: true },
    { path: 'body.item', left: 'MUG', right: 'MUG', differs: false },
    { path: 'body.lines.0', left: '1', right: '1', differs: false },
    { path: 'body.lines.1', right: '2', differs: true },
  ]);
});
