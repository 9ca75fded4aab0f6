// The lists that a person chooses from by typing.

import type { Acts } from './canvas/acts';
import { iconOf } from './canvas/icons';
import { COMMANDS, said } from './commands';
import { insert, move, newStep, setField, takenIds } from './model/edit';
import { type Json, type JsonMap, type Path, get, isList, isMap } from './model/json';
import { type Place, everyPlace, isThere, judge, outermost } from './model/places';
import { search } from './model/search';
import { sentenceOf } from './model/sentence';
import { KINDS, idOf } from './model/step';
import type { Choice } from './Picker';
import { addStart } from './starts';
import type { Editor } from './store/editor';

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

/** Everything that can be added at a place. */
export function toAdd(editor: Editor, place: Place, done: () => void): Choice[] {
  const add = (kind: (typeof KINDS)[number], what: string) => (): void => {
    const step = newStep(kind, what, takenIds(editor.document));
    if (editor.apply(insert(editor.document, place, [step]), true)) done();
  };
  const blocks = editor.catalog.blocks.flatMap(({ kind, title, doc }): Choice[] => {
    const block = KINDS.find((one) => one === kind);
    if (!block || block === 'use') return [];
    return [
      {
        key: kind,
        label: title,
        detail: firstLine(doc),
        group: 'Blocks',
        words: kind,
        icon: iconOf(block),
        onPick: add(block, ''),
      },
    ];
  });
  return [...blocks, ...operations(editor, (id) => add('use', id))];
}

function operations(editor: Editor, onPick: (id: string) => () => void): Choice[] {
  return editor.catalog.connectors.flatMap((connector) =>
    connector.operations.map((operation): Choice => ({
      key: operation.id,
      label: operation.title,
      detail: firstLine(operation.doc),
      group: connector.title,
      words: operation.id,
      icon: iconOf('use', operation.effect),
      onPick: onPick(operation.id),
    })),
  );
}

/** Another operation for a step or case; what it is given stays. */
export function toUse(editor: Editor, step: Path, at: Path): Choice[] {
  return operations(editor, (id) => () => {
    editor.seal();
    editor.applyField(setField(editor.document, step, [...at, 'use'], id));
    editor.seal();
  });
}

/** What can start the flow, beside what does. */
export function toStart(editor: Editor): Choice[] {
  const add = (start: Json) => (): void => addStart(editor, start);
  const words: [string, string, Json][] = [
    ['A person', 'Started by hand', 'manual'],
    ['A program', 'Started through the API', 'api'],
    ['Another flow', 'Called by a step of it', 'call'],
    ['The clock', 'Every day; the span is changed in YAML', { every: '1d' }],
  ];
  const own = words.map(([label, detail, start]): Choice => ({
    key: label,
    label,
    detail,
    group: 'By itself',
    onPick: add(start),
  }));
  const events = editor.catalog.connectors.flatMap(({ title, triggers }) =>
    triggers.map((trigger): Choice => ({
      key: trigger.id,
      label: trigger.title,
      detail: firstLine(trigger.doc),
      group: title,
      words: trigger.id,
      onPick: add(trigger.id),
    })),
  );
  return [...events, ...own];
}

/** Every place, with the reason where the chosen steps may not stand. */
export function toMove(editor: Editor): Choice[] {
  const { document } = editor;
  const moved = outermost(document, editor.selectedSteps());
  const why = judge(document, moved);
  const choices = everyPlace(document)
    .filter((place) => !isThere(moved, place))
    .map((place): Choice => {
      const list = get(document, place.list);
      const items = isList(list) ? list : [];
      const next = idOf(items[place.at]);
      const before = idOf(items[place.at - 1]);
      const holder = holderOf(document, place.list);
      const label = next
        ? `Before ${next}`
        : before
          ? `After ${before}, at the end`
          : `Into ${holder || 'the flow'}`;
      return {
        key: `${place.list.join('/')}:${place.at}`,
        label,
        detail: holder ? `in ${holder}` : 'in the flow',
        refused: why(place),
        onPick: () => void editor.apply(move(editor.document, moved, place), true),
      };
    });
  return [...choices.filter((one) => !one.refused), ...choices.filter((one) => one.refused)];
}

function holderOf(document: JsonMap, list: Path): string {
  for (let n = list.length - 1; n > 1; n -= 1) {
    if (typeof list[n - 1] !== 'number' || list[n - 2] === 'choose') continue;
    const step = idOf(get(document, list.slice(0, n)));
    const rest = list.slice(n).filter((turn) => turn !== 'steps');
    const words: Record<string, string> = {
      choose: 'case',
      parallel: 'branch',
      on_error: 'if it fails',
    };
    const said_ = rest.map((turn) =>
      typeof turn === 'number' ? String(turn + 1) : (words[turn] ?? turn),
    );
    return [step, ...said_].join(' ');
  }
  return '';
}

/** Steps that hold what is looked for; nothing is looked for: all of them, the outline. */
export function toFind(editor: Editor, query: string): Choice[] {
  const { document, catalog } = editor;
  if (query.trim() === '') {
    return editor
      .get()
      .layout.rows.filter((row) => row.kind === 'step')
      .map((row): Choice => {
        const step = get(document, row.step);
        const said_ = sentenceOf(isMap(step) ? step : {}, catalog);
        return {
          key: row.key,
          label: `${'\u2003'.repeat(Math.min(row.depth, 6))}${said_.text}`,
          icon: iconOf(said_.kind),
          aside: idOf(step),
          onPick: () => editor.reveal(row.step),
        };
      });
  }
  return search(document, query, catalog).map((hit): Choice => {
    const step = get(document, hit.step);
    const said_ = sentenceOf(isMap(step) ? step : {}, catalog);
    return {
      key: hit.step.join('/'),
      label: said_.text,
      detail: hit.field === '' ? '' : `${hit.field}: ${hit.text}`,
      icon: iconOf(said_.kind),
      aside: hit.id,
      onPick: () => editor.reveal(hit.step),
    };
  });
}

/** Every command of the canvas. */
export function toDo(editor: Editor, acts: Acts): Choice[] {
  return COMMANDS.filter(({ id, fits }) => id !== 'commands' && (!fits || fits(editor))).map(
    (command): Choice => ({
      key: command.id,
      label: command.label,
      ...(command.keys ? { aside: command.keys.map(said).join('  or  ') } : {}),
      onPick: () => {
        acts.canvas();
        command.perform({ editor, acts });
      },
    }),
  );
}
