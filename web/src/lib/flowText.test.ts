import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stepText } from './flowText';

const flow = readFileSync(
  new URL('../../../flows/order-to-cash/flow.yaml', import.meta.url),
  'utf8',
);

test('a step is cut out of its flow whole', () => {
  const text = stepText(flow, 'money');
  expect(text?.split('\n')[0]).toBe('- id: money');
  expect(text).toContain('use: stripe.charge.balance_transaction');
  expect(text).not.toContain('- id: session');
});

test('a step that is not there is none', () => {
  expect(stepText(flow, 'mon')).toBeNull();
});
