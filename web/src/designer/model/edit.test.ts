import {
  type Edit,
  type Outcome,
  duplicate,
  grow,
  insert,
  isRefused,
  move,
  newStep,
  prune,
  remove,
  renameId,
  wrap,
} from './edit';
import { FLOW } from './fixture';
import { type JsonMap, type Path, get } from './json';
import { judge, nextPlace, pathsById, usersOf } from './places';
import { idOf, walk } from './step';
import { describe, expect, it } from 'vitest';

const done = (outcome: Outcome): Edit => {
  if (isRefused(outcome)) throw new Error(outcome.refused);
  return outcome;
};
const refused = (outcome: Outcome): string => (isRefused(outcome) ? outcome.refused : '');
const path = (document: JsonMap, id: string): Path => pathsById(document).get(id) ?? [];
const ids = (document: JsonMap): string[] => {
  const found: string[] = [];
  walk(get(document, ['steps']), [], (step) => found.push(idOf(step)));
  return found;
};
const ALL = ['session', 'customer', 'guest', 'named', 'lines', 'item', 'order', 'tell', 'total'];

describe('moving', () => {
  it('D2: a place is refused with the reason', () => {
    const to = (id: string, place: { list: Path; at: number }) =>
      refused(move(FLOW, [path(FLOW, id)], place));
    expect(to('order', { list: ['steps'], at: 0 })).toContain('it needs `session`');
    expect(to('session', { list: ['steps'], at: 5 })).toContain('`guest` needs it');
    expect(to('lines', { list: ['steps', 2, 'steps'], at: 0 })).toContain('within itself');
    expect(to('item', { list: ['steps'], at: 5 })).toContain('it uses `line`');
    expect(to('tell', { list: ['steps'], at: 5 })).toContain('it uses `error`');
    expect(to('total', { list: ['steps'], at: 4 })).toBe('it stands there already');
    expect(to('order', { list: ['steps', 2, 'steps'], at: 1 })).toContain('needs');
  });

  it('works within a list, into a list and out of it', () => {
    const into = done(move(FLOW, [path(FLOW, 'guest')], { list: ['steps'], at: 1 }));
    expect(into.label).toBe('moved `guest` before `customer`');
    expect(ids(into.document)).toEqual(['session', 'guest', 'customer', 'named', ...ALL.slice(4)]);
    const back = done(
      move(into.document, [path(into.document, 'guest')], {
        list: ['steps', 2, 'choose', 1, 'steps'],
        at: 0,
      }),
    );
    expect(back.document).toEqual(FLOW);
  });

  it('D3: the keyboard walks over the legal places only', () => {
    const up = nextPlace(FLOW, [path(FLOW, 'total')], 'up');
    expect(up).toEqual({ reason: expect.stringContaining('`order`') as string });
    const down = nextPlace(FLOW, [path(FLOW, 'total')], 'down');
    expect(down).toEqual({ reason: 'it is the last already' });
    const named = nextPlace(FLOW, [path(FLOW, 'guest')], 'up');
    expect(named).toEqual({ place: { list: ['steps'], at: 1 } });
  });

  it('D12: what uses a step is known', () => {
    expect(usersOf(FLOW, 'customer')).toEqual(['item', 'order']);
    expect(usersOf(FLOW, 'total')).toEqual([]);
  });

  it('what is wrong already stands in the way of nothing', () => {
    const flow: JsonMap = {
      steps: [
        { id: 'a', set: { x: '=steps.gone.y' } },
        { id: 'b', set: {} },
      ],
    };
    expect(judge(flow, [['steps', 0]])({ list: ['steps'], at: 2 })).toBeNull();
  });
});

describe('ids', () => {
  it('D9: a renamed id is followed by all formulas, in one edit', () => {
    const { document, label } = done(renameId(FLOW, path(FLOW, 'order'), 'sale'));
    expect(label).toBe('renamed `order` to `sale`');
    expect(JSON.stringify(document)).not.toContain('steps.order');
    expect(document.output).toEqual({ order: '=steps.sale.number' });
    expect(refused(renameId(FLOW, path(FLOW, 'order'), 'total'))).toContain('another step');
    expect(refused(renameId(FLOW, path(FLOW, 'order'), 'No'))).toContain('lower-case');
    const guest = done(renameId(FLOW, path(FLOW, 'guest'), 'g')).document;
    expect(get(guest, ['steps', 1, 'choose', 1, 'steps', 1, 'set', 'number'])).toBe(
      "=steps.g.number + '-steps.guest'",
    );
  });

  it('D6: copies are renumbered, and what they name of each other follows', () => {
    const copy = done(duplicate(FLOW, [path(FLOW, 'customer')])).document;
    expect(ids(copy).slice(0, 7)).toEqual([
      'session',
      'customer',
      'guest',
      'named',
      'customer_2',
      'guest_2',
      'named_2',
    ]);
    expect(get(copy, ['steps', 2, 'choose', 1, 'steps', 1, 'set', 'number'])).toContain(
      '=steps.guest_2.number',
    );
    expect(get(copy, ['steps', 2, 'choose', 1, 'steps', 0, 'set', 'number'])).toBe(
      '=steps.session.guest',
    );
  });

  it('of new steps are free', () => {
    expect(newStep('use', 'erp.order.create', new Set(['order']))).toMatchObject({ id: 'order_2' });
    const added = done(insert(FLOW, { list: ['steps'], at: 5 }, [newStep('check', '', new Set())]));
    expect(added.label).toBe('added `check` after `total`');
  });
});

describe('removing, wrapping, growing', () => {
  it('a deleted step closes the gap, wherever it stands', () => {
    const { document, label } = done(remove(FLOW, [path(FLOW, 'guest'), path(FLOW, 'total')]));
    expect(ids(document)).toEqual(ALL.filter((id) => id !== 'guest' && id !== 'total'));
    expect(label).toBe('deleted `guest` and `total`');
  });

  it('one step in a choice keeps its id, so that nothing that names it changes', () => {
    const { document } = done(wrap(FLOW, [path(FLOW, 'session')], 'choose'));
    expect(get(document, ['steps', 0])).toEqual({
      id: 'session',
      choose: [{ when: '=true', use: 'shop.session.find', with: { id: '=charge.id' } }],
    });
    expect(refused(wrap(FLOW, [path(FLOW, 'session')], 'each'))).toContain('needs what would not');
    const both = done(
      wrap(
        FLOW,
        [
          ['steps', 3],
          ['steps', 4],
        ],
        'parallel',
      ),
    ).document;
    expect(get(both, ['steps', 3, 'parallel', 'first', 1, 'id'])).toBe('total');
  });

  it('cases and branches come and go', () => {
    const more = done(grow(FLOW, path(FLOW, 'customer'), 'case')).document;
    expect(get(more, ['steps', 1, 'choose', 1])).toEqual({ when: '=true', steps: [] });
    expect(done(prune(more, ['steps', 1], ['choose', 1, 'steps'])).document).toEqual(FLOW);
  });
});
