import { findFunctions, type Offered } from './functions';
import { expect, it } from 'vitest';

const offered = (name: string, section: string, doc = ''): Offered => ({
  name,
  section,
  signature: `${name}()`,
  doc,
  examples: [],
});
const ALL = [
  offered('lookup', 'Reading'),
  offered('round', 'Numbers'),
  offered('truncate', 'Texts', 'The first characters of a text.'),
  offered('rounded_up', 'Numbers'),
];

it('functions are found by name, purpose and spreadsheet name', () => {
  const names = (typed: string): string[] => findFunctions(ALL, typed).map((one) => one.name);
  expect(names('VLOOKUP')).toEqual(['lookup']);
  expect(names('round')).toEqual(['round', 'rounded_up']);
  expect(names('texts')).toEqual(['truncate']);
  expect(names('characters')).toEqual(['truncate']);
  expect(names('')).toHaveLength(4);
});
