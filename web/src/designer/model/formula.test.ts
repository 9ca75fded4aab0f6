import { freeNames, ownFormulas, renameInStep, renameSteps, stepWords } from './formula';
import { FLOW } from './fixture';
import type { JsonMap } from './json';
import { describe, expect, it } from 'vitest';

const words = (formula: string) => stepWords(formula).map((word) => word.text);

describe('names of steps in formulas', () => {
  it('are found behind `steps` alone', () => {
    expect(words('=steps.order.total + steps.?tax.orValue(0)')).toEqual(['order', 'tax']);
    expect(words(`=steps['order'].total + steps["tax"]`)).toEqual(['order', 'tax']);
    expect(words('=steps . order')).toEqual(['order']);
    expect(words('=charge.steps.order + a.?steps.order')).toEqual([]);
    expect(words('=true ? steps.a : steps.b')).toEqual(['a', 'b']);
  });

  it('are not looked for in texts and comments', () => {
    expect(words(`='steps.a' + "steps.b" + r'steps.c' + '''steps.d''' + steps.e`)).toEqual(['e']);
    expect(words("='it\\'s steps.a' + steps.b")).toEqual(['b']);
    expect(words('=steps.a // steps.b\n + steps.c')).toEqual(['a', 'c']);
    expect(words("='open steps.a")).toEqual([]);
    expect(words('=mysteps.a + steps_.b')).toEqual([]);
  });

  it('are renamed where they stand', () => {
    const names = new Map([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(renameSteps("=steps.a.a + steps.b + 'steps.a' + steps['a'].x", names)).toBe(
      "=steps.b.a + steps.a + 'steps.a' + steps['b'].x",
    );
    expect(renameSteps('=1', names)).toBe('=1');
  });

  it('are renamed in fields called `id` and `title` too, not in titles of steps', () => {
    const step = {
      id: 'x',
      title: '=steps.a',
      use: 'p.q.r',
      with: { id: '=steps.a', title: '=steps.a' },
    };
    const renamed = renameInStep(step, new Map([['a', 'b']]));
    expect(renamed).toEqual({ ...step, with: { id: '=steps.b', title: '=steps.b' } });
    expect(renameInStep(step, new Map([['z', 'b']]))).toBe(step);
  });
});

it('a step has its own formulas apart from those of the steps it holds', () => {
  const steps = FLOW.steps as JsonMap[];
  expect(ownFormulas(steps[1] as JsonMap)).toEqual(['=has(charge.customer)', '=charge.customer']);
  expect(ownFormulas(steps[3] as JsonMap)).not.toContain('=error.message');
});

it('free names are no members', () => {
  expect([...freeNames('=line.sku + a.line2')]).toEqual(['line', 'a']);
});
