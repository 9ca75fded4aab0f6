import { calling, exampleOn, findFunctions, type Offered } from './functions';
import { sourcesOf } from './sources';
import { expect, it } from 'vitest';

const offered = (name: string, section: string, doc = '', signature = `${name}()`): Offered => ({
  name,
  section,
  signature,
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
  expect(names('IF')[0]).toBe('if');
  expect(names('')).toHaveLength(10);
});

it('what is put in is a call, or what the language writes instead', () => {
  const [found] = findFunctions([], 'if');
  expect(found && calling(found)).toEqual({ text: 'condition ? then : otherwise', back: 0 });
  expect(calling(offered('upper', 'Texts'))).toEqual({ text: 'upper()', back: 1 });
});

it('an example is made of what the sample holds', () => {
  const sources = sourcesOf([
    { name: 'charge', value: { amount: 5, currency: 'eur', country: 'FR', lines: [1] } },
  ]);
  const on = (name: string, parameter: string, formula: string) =>
    exampleOn(
      {
        ...offered(name, 'Texts', '', `${name}(${parameter}) -> text`),
        examples: [{ formula, result: '' }],
      },
      sources,
    );
  expect(on('country', 'country: text', "country('de')")).toBe('country(charge.country)');
  expect(on('truncate', 'text: text, most: int', "truncate('a, b', 2)")).toBe(
    'truncate(charge.currency, 2)',
  );
  expect(on('size', 'of: list', "size(['a'])")).toBe('size(charge.lines)');
  expect(on('lookup', 'table: text, key: any', "lookup('a', 'b')")).toBeNull();
});
