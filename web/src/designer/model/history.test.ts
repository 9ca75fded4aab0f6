import { move, remove, renameId, setField, type Edit, isRefused, type Outcome } from './edit';
import { FLOW } from './fixture';
import { begin, record, redo, seal, undo } from './history';
import { apply, difference, inverse } from './patch';
import { expect, it } from 'vitest';

const done = (outcome: Outcome): Edit => {
  if (isRefused(outcome)) throw new Error(outcome.refused);
  return outcome;
};

it('D5: one history undoes and repeats any edit, by what it changed only', () => {
  let history = begin(FLOW);
  const edits = [
    () =>
      done(
        move(history.document, [['steps', 1, 'choose', 1, 'steps', 0]], { list: ['steps'], at: 1 }),
      ),
    () => done(renameId(history.document, ['steps', 0], 'basket')),
    () => setField(history.document, ['steps', 4], ['with', 'terms'], 'N30'),
    () => done(remove(history.document, [['steps', 3]])),
  ];
  const states = [history.document];
  for (const edit of edits) {
    history = record(history, edit(), []);
    states.push(history.document);
  }
  // Written down and read again, as over a reload.
  history = JSON.parse(JSON.stringify(history)) as typeof history;
  for (let n = states.length - 1; n > 0; n -= 1) {
    expect(history.document).toEqual(states[n]);
    history = undo(history)?.history ?? history;
  }
  expect(history.document).toEqual(FLOW);
  expect(undo(history)).toBeNull();
  for (let n = 1; n < states.length; n += 1) history = redo(history)?.history ?? history;
  expect(history.document).toEqual(states[4]);
  expect(redo(history)).toBeNull();
});

it('typing in one field is one step, until it is left', () => {
  let history = begin(FLOW);
  const type = (text: string) => {
    history = record(history, setField(history.document, ['steps', 0], ['title'], text), []);
  };
  type('T');
  type('Th');
  type('The');
  expect(history.entries).toHaveLength(1);
  expect(undo(history)?.history.document).toEqual(FLOW);
  history = seal(history);
  type('Them');
  expect(history.entries).toHaveLength(2);
});

it('an entry holds little of a long flow', () => {
  const steps = Array.from({ length: 1000 }, (_, n) => ({ id: `s${n}`, set: { x: n } }));
  const flow = { steps };
  const moved = done(move(flow, [['steps', 500]], { list: ['steps'], at: 503 }));
  const patches = difference(flow, moved.document);
  expect(JSON.stringify(patches).length).toBeLessThan(500);
  expect(apply(moved.document, inverse(patches))).toEqual(flow);
});
