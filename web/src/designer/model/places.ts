// Where steps stand, and where one may stand: the drop zones of the canvas, by pointer and keyboard.
//
// A step sees the steps before it in its own list and in the lists around it. So a place is legal
// for steps if all that they name stands before it, and all that names them behind it.

import { formulasOf, freeNames, ownFormulas, stepWords } from './formula';
import { type Json, type JsonMap, type Path, get, isMap, isText, isWithin, samePath } from './json';
import { type NestedList, idOf, nestedLists, walk } from './step';

/** A place in a list of steps: before the step that stands at `at`, or at the end. */
export interface Place {
  list: Path;
  at: number;
}

/** The deepest nesting of lists, and the most steps, that the server reads. */
export const DEPTH_MAX = 8;
export const STEPS_MAX = 2000;

/** The list that a step stands in, and where. */
export function placeOf(step: Path): Place {
  return { list: step.slice(0, -1), at: Number(step[step.length - 1]) };
}

/** Where each step is, by id. Of two with the same id the first. */
export function pathsById(document: Json): Map<string, Path> {
  const found = new Map<string, Path>();
  walk(get(document, ['steps']), ['steps'], (step, path) => {
    const id = idOf(step);
    if (id !== '' && !found.has(id)) found.set(id, path);
  });
  return found;
}

const named = new WeakMap<JsonMap, ReadonlySet<string>>();

/** The steps that a step names in its formulas, and in those of the steps that it holds. */
export function namedBy(step: JsonMap): ReadonlySet<string> {
  const known = named.get(step);
  if (known) return known;
  const found = new Set<string>();
  for (const formula of formulasOf(step)) {
    for (const word of stepWords(formula)) found.add(word.text);
  }
  named.set(step, found);
  return found;
}

const namedByItself = new WeakMap<JsonMap, ReadonlySet<string>>();

/** The steps that a step names in its own formulas. */
function namedByOwn(step: JsonMap): ReadonlySet<string> {
  const known = namedByItself.get(step);
  if (known) return known;
  const words = ownFormulas(step).flatMap((formula) => stepWords(formula));
  const found = new Set(words.map((word) => word.text));
  namedByItself.set(step, found);
  return found;
}

/** The steps that name a step in their own formulas, in the order of the document. */
export function usersOf(document: Json, id: string): string[] {
  const found: string[] = [];
  walk(get(document, ['steps']), ['steps'], (step) => {
    if (namedByOwn(step).has(id)) found.push(idOf(step));
  });
  return found;
}

/** Whether a step at `step` has been worked, and is seen, at a place. */
function isSeen(step: Path, place: Place): boolean {
  const { list, at } = placeOf(step);
  if (!isWithin(place.list, list)) return false;
  const turn = place.list.length === list.length ? place.at : Number(place.list[list.length]);
  return at < turn;
}

function depthOf(list: Path): number {
  let depth = 0;
  list.forEach((turn, n) => {
    if (typeof turn === 'number' && list[n - 1] !== 'choose') depth += 1;
  });
  return depth;
}

function depthWithin(step: Json | undefined): number {
  const lists: NestedList[] = nestedLists(step);
  const depths = lists.flatMap((list) => list.steps.map((inner) => 1 + depthWithin(inner)));
  return Math.max(0, ...depths);
}

/** The names that the lists around a place bind: items of an `each`, `error`. */
function boundAt(document: Json, list: Path): Map<string, string> {
  const found = new Map<string, string>();
  list.forEach((turn, n) => {
    if (typeof turn !== 'number' || list[n - 1] === 'choose') return;
    const step = get(document, list.slice(0, n + 1));
    if (!isMap(step)) return;
    const next = list[n + 1];
    if (next === 'steps' && isText(step.as)) found.set(step.as, idOf(step));
    if (next === 'on_error') found.set('error', idOf(step));
  });
  return found;
}

/** Only the steps that are not within others of `paths`, in the order of the document. */
export function outermost(document: Json, paths: readonly Path[]): Path[] {
  const found: Path[] = [];
  walk(get(document, ['steps']), ['steps'], (_, path) => {
    const is = paths.some((other) => samePath(other, path));
    if (is && !found.some((outer) => isWithin(path, outer))) found.push(path);
  });
  return found;
}

/** Says for every place why the steps at `moved` may not stand there; null if they may. */
export function judge(document: Json, moved: readonly Path[]): (place: Place) => string | null {
  const ids = new Set<string>();
  const needs = new Set<string>();
  const names = new Set<string>();
  let depth = 0;
  for (const path of moved) {
    const step = get(document, path);
    if (!isMap(step)) continue;
    ids.add(idOf(step));
    walk([step], [], (inner) => ids.add(idOf(inner)));
    namedBy(step).forEach((id) => needs.add(id));
    for (const formula of formulasOf(step)) freeNames(formula).forEach((name) => names.add(name));
    depth = Math.max(depth, depthWithin(step));
  }
  const byId = pathsById(document);
  const outer = [...needs]
    .filter((id) => !ids.has(id))
    .flatMap((id) => {
      const path = byId.get(id);
      // What is not seen now is wrong already; a move makes it no worse.
      const seen = path && moved.some((from) => isSeen(path, placeOf(from)));
      return seen ? [{ id, path }] : [];
    });
  const users: { id: string; path: Path }[] = [];
  let all = 0;
  const note = (id: string, names: Iterable<string>, path: Path): void => {
    for (const name of names) {
      const named = ids.has(name) ? byId.get(name) : undefined;
      if (named && isSeen(named, placeOf(path))) users.push({ id, path });
    }
  };
  walk(get(document, ['steps']), ['steps'], (step, path) => {
    all += 1;
    if (!moved.some((from) => isWithin(path, from))) note(idOf(step), namedByOwn(step), path);
  });
  const output = isMap(document) ? document.output : undefined;
  if (output !== undefined) {
    note('output', namedByOwn({ output }), ['steps', Number.MAX_SAFE_INTEGER]);
  }
  const from = moved[0] === undefined ? [] : placeOf(moved[0]).list;
  const bound = [...boundAt(document, from)].filter(([name]) => names.has(name));
  return ({ list, at }) => {
    if (moved.some((path) => isWithin(list, path))) return 'a step cannot stand within itself';
    if (depthOf(list) + depth > DEPTH_MAX) return `steps nest at most ${DEPTH_MAX} deep`;
    if (moved.length === 0 && all >= STEPS_MAX) return `a flow has ${STEPS_MAX} steps at most`;
    const missing = outer.find(({ path }) => !isSeen(path, { list, at }));
    if (missing) return `it needs \`${missing.id}\`, which would come later or not be seen here`;
    const user = users.find(({ path }) => {
      const within = isWithin(path, list) && path.length > list.length;
      return !within || Number(path[list.length]) < at;
    });
    if (user) return `\`${user.id}\` needs it, which would come before it or not see it there`;
    const here = boundAt(document, list);
    const unbound = bound.find(([name]) => !here.has(name));
    if (unbound) return `it uses \`${unbound[0]}\`, which only \`${unbound[1]}\` gives`;
    return null;
  };
}

/** Works out beforehand, for some steps at a time, what a move must know; gives what is left. */
export function warm(steps: readonly JsonMap[], most = 50): readonly JsonMap[] {
  for (const step of steps.slice(0, most)) {
    namedBy(step);
    walk([step], [], (inner) => void namedByOwn(inner));
  }
  return steps.slice(most);
}

/** Every place of the document, from top to bottom. */
export function everyPlace(document: Json): Place[] {
  const found: Place[] = [];
  const visit = (steps: readonly Json[], list: Path): void => {
    steps.forEach((step, at) => {
      found.push({ list, at });
      for (const nested of nestedLists(step)) visit(nested.steps, [...list, at, ...nested.path]);
    });
    found.push({ list, at: steps.length });
  };
  const steps = get(document, ['steps']);
  visit(Array.isArray(steps) ? steps : [], ['steps']);
  return found;
}

/** Whether steps at `moved` would stand where they are. */
export function isThere(moved: readonly Path[], { list, at }: Place): boolean {
  const places = moved.map(placeOf);
  const first = places[0];
  const inRow = places.every(
    (place, n) => samePath(place.list, list) && place.at === (first?.at ?? 0) + n,
  );
  return inRow && first !== undefined && at >= first.at && at <= first.at + places.length;
}

/** The next legal place above or below, as a step is moved by keyboard; or why there is none. */
export function nextPlace(
  document: Json,
  moved: readonly Path[],
  way: 'up' | 'down',
): { place: Place } | { reason: string } {
  const [first, last] = [moved[0], moved[moved.length - 1]];
  if (first === undefined || last === undefined) return { reason: 'no step is selected' };
  const why = judge(document, moved);
  const places = everyPlace(document);
  const [start, end] = [placeOf(first), placeOf(last)];
  const ordered =
    way === 'up'
      ? places.slice(0, indexOf(places, start)).reverse()
      : places.slice(indexOf(places, { list: end.list, at: end.at + 1 }) + 1);
  let reason = way === 'up' ? 'it is the first already' : 'it is the last already';
  let told = false;
  for (const place of ordered) {
    if (isThere(moved, place)) continue;
    const no = why(place);
    if (no === null) return { place };
    if (!told && !no.includes('itself')) [reason, told] = [no, true];
  }
  return { reason };
}

function indexOf(places: readonly Place[], { list, at }: Place): number {
  return places.findIndex((place) => place.at === at && samePath(place.list, list));
}
