import { fieldsOf, typedOf, valueOf } from './schemaForm';
import { expect, test } from 'vitest';

const schema = {
  type: 'object',
  properties: {
    note: { type: 'string' },
    company: { type: 'integer', title: 'Company', description: 'CONO' },
    hosts: { type: ['array', 'null'] },
    tls: { enum: ['none', 'tls'] },
  },
  required: ['company'],
};

test('what is needed comes first', () => {
  expect(fieldsOf(schema).map(({ name, kind }) => [name, kind])).toEqual([
    ['company', 'number'],
    ['note', 'text'],
    ['hosts', 'json'],
    ['tls', 'choice'],
  ]);
});

test('values go both ways, and what is wrong is sent as typed', () => {
  const [company, note, hosts] = fieldsOf(schema);
  if (!company || !note || !hosts) throw new Error('three fields');
  expect(valueOf(company, typedOf(100))).toBe(100);
  expect(valueOf(company, 'ten')).toBe('ten');
  expect(valueOf(note, '007')).toBe('007');
  expect(valueOf(hosts, typedOf(['a']))).toEqual(['a']);
});
