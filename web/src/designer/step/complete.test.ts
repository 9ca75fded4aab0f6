import { complete } from './complete';
import { sourcesOf } from './sources';
import { expect, it } from 'vitest';

const known = {
  sources: sourcesOf([{ name: 'charge', value: { currency: 'eur', upper_limit: 3 } }]),
  functions: ['upper', 'lookup', 'round'].map((name) => ({
    name,
    section: 'Texts',
    signature: `${name}(text: text) -> text`,
    doc: `Does ${name}.`,
    examples: [{ formula: `${name}('a')`, result: '"A"' }],
  })),
  examples: new Map([['upper', { formula: 'upper(charge.currency)', result: 'EUR' }]]),
};
const texts = (word: string, isFormula = true): string[] =>
  complete(known, word, isFormula).map((one) => one.text);

it('a word is completed by values with their types, and by functions with a worked example', () => {
  expect(complete(known, 'curr', true)[0]).toEqual({
    text: 'charge.currency',
    type: 'text',
    detail: 'eur',
    example: '',
    back: 0,
  });
  const upper = complete(known, 'upper', true).find((one) => one.back === 1);
  expect(upper?.example).toBe('upper(charge.currency) → EUR');
  expect(texts('VLOOKUP')[0]).toBe('lookup()');
  expect(texts('IF')[0]).toBe('condition ? then : otherwise');
});

it('after a value come the functions that it may be given to', () => {
  expect(texts('charge.currency.up')).toEqual(['charge.currency.upper()']);
  expect(texts('nothing.up')).toEqual([]);
  expect(texts('eur', false)).toEqual(['charge.currency']);
});
