// Changes of a document, as pure functions. Each gives the new document, a sentence for the one
// history of undo, and what is to be selected afterwards; or the reason why it cannot be done.

import { renameInDocument, renameInStep } from './formula';
import {
  type Json,
  type JsonMap,
  type Path,
  get,
  isList,
  isMap,
  isText,
  renameMember,
  set,
} from './json';
import { type Place, STEPS_MAX, isThere, judge, namedBy, outermost, placeOf } from './places';
import { type Kind, idOf, kindOf, nestedLists, walk } from './step';

export interface Edit {
  document: JsonMap;
  /** What was done, as "moved `total` before `deposit`". */
  label: string;
  /** The steps that it was done to, by id. */
  steps: readonly string[];
  /** Edits of one value in a row that share it are one step of undo. */
  merge?: string;
}
export type Outcome = Edit | { refused: string };

export function isRefused(outcome: Outcome): outcome is { refused: string } {
  return 'refused' in outcome;
}

const ID = /^[a-z][a-z0-9_]{0,63}$/;

/** Why a text is no id of a step, branch or item; null if it is one. */
export function wrongName(name: string): string | null {
  if (ID.test(name)) return null;
  return 'use lower-case letters, digits and underscores, beginning with a letter, 64 at most';
}

function steps(document: Json): readonly Json[] {
  const list = get(document, ['steps']);
  return isList(list) ? list : [];
}

export function takenIds(document: Json): Set<string> {
  const found = new Set<string>();
  walk(steps(document), ['steps'], (step) => found.add(idOf(step)));
  return found;
}

/** `base`, or `base_2` and so on if it is taken. */
export function freeId(base: string, taken: ReadonlySet<string>): string {
  const stem = base.replace(/_\d+$/, '').slice(0, 58) || 'step';
  if (!taken.has(base) && ID.test(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.has(`${stem}_${n}`)) return `${stem}_${n}`;
}

function named(ids: readonly string[]): string {
  const [first, second] = ids;
  if (ids.length === 1) return `\`${first ?? ''}\``;
  if (ids.length === 2) return `\`${first ?? ''}\` and \`${second ?? ''}\``;
  return `${ids.length} steps`;
}

function where(document: Json, { list, at }: Place): string {
  const here = get(document, list);
  const next = isList(here) ? idOf(here[at]) : '';
  if (next) return `before \`${next}\``;
  const before = isList(here) && at > 0 ? idOf(here[at - 1]) : '';
  if (before) return `after \`${before}\``;
  const holder = holderOf(document, list);
  return holder ? `into \`${holder}\`` : 'to the flow';
}

/** The id of the step that holds a list. */
function holderOf(document: Json, list: Path): string {
  for (let n = list.length; n > 0; n -= 1) {
    const id = typeof list[n - 1] === 'number' ? idOf(get(document, list.slice(0, n))) : '';
    if (id) return id;
  }
  return '';
}

function splice(document: JsonMap, { list, at }: Place, added: readonly Json[]): JsonMap {
  const here = get(document, list);
  const items = isList(here) ? here : [];
  return set(document, list, [...items.slice(0, at), ...added, ...items.slice(at)]) as JsonMap;
}

/** The document without the steps at `paths`, from whatever lists. */
function without(document: JsonMap, paths: readonly Path[]): JsonMap {
  // From the end, so that what stands before keeps its path.
  const ordered = outermost(document, paths).reverse();
  return ordered.reduce((done, path) => set(done, path, undefined) as JsonMap, document);
}

/** Gives steps ids that are free; references within them follow. */
export function renumber(added: readonly JsonMap[], taken: ReadonlySet<string>): JsonMap[] {
  const all = new Set(taken);
  const names = new Map<string, string>();
  walk(added, [], (step) => {
    const id = idOf(step);
    const free = freeId(id, all);
    all.add(free);
    if (free !== id && id !== '') names.set(id, free);
  });
  if (names.size === 0) return [...added];
  const rename = (step: JsonMap): JsonMap => {
    const id = names.get(idOf(step));
    let renamed: JsonMap = id === undefined ? step : { ...step, id };
    for (const nested of nestedLists(renamed)) {
      const inner = nested.steps.map((one) => (isMap(one) ? rename(one) : one));
      renamed = set(renamed, nested.path, inner) as JsonMap;
    }
    return renamed;
  };
  return added.map((step) => rename(renameInStep(step, names)));
}

/** Adds steps at a place. Ids that are taken are renumbered. */
export function insert(
  document: JsonMap,
  place: Place,
  added: readonly JsonMap[],
  word = 'added',
): Outcome {
  const taken = takenIds(document);
  const fresh = renumber(added, taken);
  let count = taken.size;
  walk(fresh, [], () => (count += 1));
  if (count > STEPS_MAX) return { refused: `a flow has ${STEPS_MAX} steps at most` };
  const why = judge(document, [])(place);
  if (why !== null) return { refused: why };
  const ids = fresh.map(idOf);
  return {
    document: splice(document, place, fresh),
    label: `${word} ${named(ids)} ${where(document, place)}`,
    steps: ids,
  };
}

/** Moves steps to a place, in their order. */
export function move(document: JsonMap, paths: readonly Path[], place: Place): Outcome {
  const moved = outermost(document, paths);
  if (moved.length === 0) return { refused: 'no step is selected' };
  if (isThere(moved, place)) return { refused: 'it stands there already' };
  const why = judge(document, moved)(place);
  if (why !== null) return { refused: why };
  const values = moved.map((path) => get(document, path) as JsonMap);
  const ids = values.map(idOf);
  // First a copy is put there, then the originals go; those behind the copy stand further down.
  const label = `moved ${named(ids)} ${where(document, place)}`;
  const put = splice(document, place, values);
  const shifted = moved.map((path) => {
    const { list } = place;
    const turn = path[list.length];
    const isBehind =
      path.length > list.length &&
      list.every((one, n) => one === path[n]) &&
      typeof turn === 'number' &&
      turn >= place.at;
    if (!isBehind) return path;
    return [...list, turn + values.length, ...path.slice(list.length + 1)];
  });
  return { document: without(put, shifted), label, steps: ids };
}

/** Removes steps; the gap closes. */
export function remove(document: JsonMap, paths: readonly Path[]): Outcome {
  const gone = outermost(document, paths);
  const [first] = gone;
  if (first === undefined) return { refused: 'no step is selected' };
  const ids = gone.map((path) => idOf(get(document, path)));
  const left = without(document, gone);
  // The next step takes the selection, or the one before.
  const { list, at } = placeOf(first);
  const here = get(left, list);
  const next = isList(here) ? idOf(here[Math.min(at, here.length - 1)]) : '';
  return { document: left, label: `deleted ${named(ids)}`, steps: next ? [next] : [] };
}

/** Puts copies behind the steps. */
export function duplicate(document: JsonMap, paths: readonly Path[]): Outcome {
  const copied = outermost(document, paths);
  const last = copied[copied.length - 1];
  if (last === undefined) return { refused: 'no step is selected' };
  const { list, at } = placeOf(last);
  const values = copied.map((path) => get(document, path) as JsonMap);
  const outcome = insert(document, { list, at: at + 1 }, values);
  if (isRefused(outcome)) return outcome;
  return { ...outcome, label: `duplicated ${named(values.map(idOf))}` };
}

/** Gives a step another id; every formula that names it follows. */
export function renameId(document: JsonMap, path: Path, to: string): Outcome {
  const from = idOf(get(document, path));
  const wrong = wrongName(to);
  if (wrong !== null) return { refused: wrong };
  if (from === to) return { refused: 'it has this id already' };
  if (takenIds(document).has(to)) return { refused: `another step is named \`${to}\`` };
  const renamed = set(document, [...path, 'id'], to) as JsonMap;
  const followed = from === '' ? renamed : renameInDocument(renamed, new Map([[from, to]]));
  return { document: followed, label: `renamed \`${from}\` to \`${to}\``, steps: [to] };
}

/** Sets what stands at `path` of the step at `step`; removes it if `value` is undefined. */
export function setField(
  document: JsonMap,
  step: Path,
  field: Path,
  value: Json | undefined,
): Edit {
  const id = idOf(get(document, step));
  const name = field.join('.');
  const owner = id === '' ? 'the flow' : `\`${id}\``;
  const label = `${value === undefined ? 'removed' : 'changed'} ${name} of ${owner}`;
  const changed = set(document, [...step, ...field], value) as JsonMap;
  const merge = [...step, ...field].join('/');
  return { document: changed, label, steps: id === '' ? [] : [id], merge };
}

/** Renames a branch of a `parallel`. What names its output is left to the check. */
export function renameBranch(document: JsonMap, step: Path, from: string, to: string): Outcome {
  const branches = get(document, [...step, 'parallel']);
  const wrong = wrongName(to);
  if (wrong !== null) return { refused: wrong };
  if (!isMap(branches)) return { refused: 'the step has no branches' };
  if (Object.hasOwn(branches, to)) return { refused: `another branch is named \`${to}\`` };
  const id = idOf(get(document, step));
  const renamed = renameMember(branches, from, to);
  return {
    document: set(document, [...step, 'parallel'], renamed) as JsonMap,
    label: `renamed branch \`${from}\` of \`${id}\` to \`${to}\``,
    steps: [id],
  };
}

/** Adds a case, a branch or steps for the failure of a step. */
export function grow(document: JsonMap, step: Path, what: 'case' | 'branch' | 'error'): Outcome {
  const id = idOf(get(document, step));
  if (what === 'error') {
    if (isList(get(document, [...step, 'on_error']))) return { refused: 'it has such steps' };
    const changed = set(document, [...step, 'on_error'], []) as JsonMap;
    return { document: changed, label: `added steps on failure of \`${id}\``, steps: [id] };
  }
  if (what === 'branch') {
    const branches = get(document, [...step, 'parallel']);
    const known = isMap(branches) ? branches : {};
    const name = freeId('branch', new Set(Object.keys(known)));
    const changed = set(document, [...step, 'parallel'], { ...known, [name]: [] }) as JsonMap;
    return { document: changed, label: `added branch \`${name}\` to \`${id}\``, steps: [id] };
  }
  const cases = get(document, [...step, 'choose']);
  const known = isList(cases) ? cases : [];
  const last = known[known.length - 1];
  const otherwise = isMap(last) && last.when === undefined ? known.length - 1 : known.length;
  const added = [
    ...known.slice(0, otherwise),
    { when: '=true', steps: [] },
    ...known.slice(otherwise),
  ];
  const changed = set(document, [...step, 'choose'], added) as JsonMap;
  return { document: changed, label: `added a case to \`${id}\``, steps: [id] };
}

/** Removes a case, a branch or the steps for a failure, with all that is in it. */
export function prune(document: JsonMap, step: Path, nested: Path): Outcome {
  const id = idOf(get(document, step));
  const [what, name] = nested;
  const words = { choose: `case ${Number(name) + 1}`, parallel: `branch \`${name ?? ''}\`` };
  const said = what === 'choose' || what === 'parallel' ? words[what] : 'the steps on failure';
  const path = what === 'choose' ? nested.slice(0, 2) : nested;
  const changed = set(document, [...step, ...path], undefined) as JsonMap;
  return { document: changed, label: `deleted ${said} of \`${id}\``, steps: [id] };
}

/** What one block as a case can be: the others need an id of their own. */
const MAY_BE_A_CASE = new Set<Kind | undefined>(['use', 'set', 'check', 'wait', 'call']);
const CASE_KEYS = ['use', 'connection', 'coerce', 'with', 'set', 'check', 'else', 'wait', 'call'];

/** Puts steps that stand in a row into a new block. */
export function wrap(
  document: JsonMap,
  paths: readonly Path[],
  kind: 'choose' | 'each' | 'parallel',
): Outcome {
  const moved = outermost(document, paths);
  const [first] = moved;
  if (first === undefined) return { refused: 'no step is selected' };
  const place = placeOf(first);
  if (!isThere(moved, place)) return { refused: 'select steps that stand in a row' };
  const values = moved.map((path) => get(document, path) as JsonMap);
  const ids = values.map(idOf);
  const [one] = values;
  if (kind === 'choose' && values.length === 1 && one && MAY_BE_A_CASE.has(kindOf(one))) {
    // The case gives the step's output, so whoever names the step sees no difference.
    const own = Object.entries(one).filter(([key]) => CASE_KEYS.includes(key));
    const rest = Object.entries(one).filter(([key]) => !CASE_KEYS.includes(key));
    const when = one.when ?? '=true';
    const around = rest.filter(([key]) => key !== 'when');
    const wrapped = {
      ...Object.fromEntries(around),
      choose: [{ when, ...Object.fromEntries(own) }],
    };
    return {
      document: set(document, first, wrapped) as JsonMap,
      label: `put ${named(ids)} into a choice`,
      steps: ids,
    };
  }
  const inside = new Set<string>();
  walk(values, [], (step) => inside.add(idOf(step)));
  const list = get(document, place.list);
  const after = isList(list) ? list.slice(place.at + values.length) : [];
  const user = after.find((step) => isMap(step) && [...namedBy(step)].some((id) => inside.has(id)));
  if (user) return { refused: `\`${idOf(user)}\` needs what would not be seen outside the block` };
  const taken = takenIds(document);
  const blocks = {
    choose: { id: freeId('choice', taken), choose: [{ when: '=true', steps: values }] },
    each: { id: freeId('each', taken), each: '=[]', as: 'item', steps: values },
    parallel: { id: freeId('parallel', taken), parallel: { first: values, second: [] } },
  };
  const block = blocks[kind];
  const said = { choose: 'a choice', each: 'a loop', parallel: 'a branch' }[kind];
  const left = without(document, moved);
  return {
    document: splice(left, place, [block]),
    label: `put ${named(ids)} into ${said}`,
    steps: [block.id],
  };
}

/** A new step of a kind, or of an operation; unfinished, which the check says. */
export function newStep(kind: Kind, what: string, taken: ReadonlySet<string>): JsonMap {
  const parts = what.split('.');
  const bases: Partial<Record<Kind, string>> = {
    use: (parts.length > 2 ? parts[parts.length - 2] : undefined) ?? 'step',
    call: what.replaceAll('-', '_') || 'call',
    set: 'values',
    choose: 'choice',
    approve: 'approval',
  };
  const id = freeId(bases[kind] ?? kind, taken);
  switch (kind) {
    case 'use':
      return { id, use: what, with: {} };
    case 'call':
      return { id, call: what, with: {} };
    case 'set':
      return { id, set: {} };
    case 'check':
      return { id, check: '=true', else: 'skip' };
    case 'choose':
      return { id, choose: [{ when: '=true', steps: [] }, { steps: [] }] };
    case 'each':
      return { id, each: '=[]', as: 'item', steps: [] };
    case 'parallel':
      return { id, parallel: { first: [], second: [] } };
    case 'wait':
      return { id, wait: { until: '=true', at_most: '30d' } };
    case 'approve':
      return { id, approve: { by: 'approver', at_most: '7d' } };
  }
}

/** The steps of a pasted document: `steps` of a map. */
export function pastedSteps(tree: Json | undefined): JsonMap[] {
  const list = isMap(tree) ? tree.steps : undefined;
  return isList(list) ? list.filter((step): step is JsonMap => isMap(step)) : [];
}

/** The connections and operations that steps name, to be looked for where they are pasted. */
export function namedOutside(pasted: readonly JsonMap[]): {
  operations: string[];
  connections: string[];
} {
  const operations = new Set<string>();
  const connections = new Set<string>();
  const note = (block: JsonMap): void => {
    if (isText(block.use)) operations.add(block.use);
    if (isText(block.connection)) connections.add(block.connection);
    if (isList(block.choose)) block.choose.forEach((one) => isMap(one) && note(one));
  };
  walk(pasted, [], note);
  return { operations: [...operations], connections: [...connections] };
}
