// A small catalog and flow for tests.

import { catalogOf } from './catalog';
import type { JsonMap } from './json';

const operation = (id: string, title: string, input: JsonMap = {}) => ({
  id,
  title,
  doc: '',
  effect: 'read',
  input,
  output: {},
});

export const CATALOG = catalogOf(
  [
    {
      id: 'shop',
      title: 'Shop',
      doc: '',
      triggers: [
        {
          id: 'shop.charge.made',
          title: 'A charge was made',
          doc: '',
          subject: 'charge',
          schema: {},
        },
      ],
      operations: [operation('shop.session.find', 'Find the session')],
    },
    {
      id: 'erp',
      title: 'ERP',
      doc: '',
      triggers: [],
      operations: [operation('erp.order.create', 'Create an order')],
    },
  ],
  [],
);

/** session → customer (choose) → lines (each) → order → total, with an error branch. */
export const FLOW: JsonMap = {
  schema: 1,
  flow: 'orders',
  trigger: 'shop.charge.made',
  key: '=charge.id',
  steps: [
    { id: 'session', use: 'shop.session.find', with: { id: '=charge.id' } },
    {
      id: 'customer',
      choose: [
        { when: '=has(charge.customer)', set: { number: '=charge.customer' } },
        {
          steps: [
            { id: 'guest', set: { number: '=steps.session.guest' } },
            { id: 'named', set: { number: "=steps.guest.number + '-steps.guest'" } },
          ],
        },
      ],
    },
    {
      id: 'lines',
      each: '=steps.session.lines',
      as: 'line',
      steps: [{ id: 'item', set: { sku: '=line.sku', customer: '=steps.customer.number' } }],
    },
    {
      id: 'order',
      title: 'The order',
      note: 'Once per charge',
      use: 'erp.order.create',
      with: { id: '=steps.session.id', customer: '=steps.customer.number', lines: '=steps.lines' },
      on_error: [{ id: 'tell', set: { text: '=error.message' } }],
    },
    { id: 'total', check: '=steps.order.total == charge.amount', else: 'skip' },
  ],
  output: { order: '=steps.order.number' },
};
