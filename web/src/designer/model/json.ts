// A flow document as an editor changes it: the tree that the server gives for a text. Values are
// never changed in place; an edit shares what it does not touch, so that "the same object" means
// "the same content" and whatever is derived from a step can be kept with it.

export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}
/** From the document's root: keys of maps and positions in lists. */
export type Path = readonly (string | number)[];

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

/** What stands at `path`, if it is there. */
export function get(root: Json | undefined, path: Path): Json | undefined {
  let at: Json | undefined = root;
  for (const turn of path) {
    if (isList(at)) at = typeof turn === 'number' ? at[turn] : undefined;
    else if (isMap(at) && Object.hasOwn(at, turn)) at = at[turn];
    else return undefined;
  }
  return at;
}

/**
 * The tree with `value` at `path`; without what stands there if `value` is undefined. Maps on the
 * way are made if they are missing; a position in a list must be there or be its end.
 */
export function set(root: Json | undefined, path: Path, value: Json | undefined): Json {
  const [turn, ...rest] = path;
  if (turn === undefined) return value ?? null;
  if (typeof turn === 'number') {
    const list = isList(root) ? [...root] : [];
    if (value === undefined && rest.length === 0) list.splice(turn, 1);
    else list[turn] = set(list[turn], rest, value);
    return list;
  }
  const map = isMap(root) ? root : {};
  if (value === undefined && rest.length === 0) {
    return Object.fromEntries(Object.entries(map).filter(([key]) => key !== turn));
  }
  return { ...map, [turn]: set(map[turn], rest, value) };
}

/** The map with a member renamed where it stands. */
export function renameMember(map: JsonMap, from: string, to: string): JsonMap {
  return Object.fromEntries(Object.entries(map).map(([k, v]) => [k === from ? to : k, v]));
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((turn, n) => turn === b[n]);
}

/** Whether `inner` is `outer` or stands in it. */
export function isWithin(inner: Path, outer: Path): boolean {
  return outer.length <= inner.length && outer.every((turn, n) => turn === inner[n]);
}

/**
 * `after`, made of the objects of `before` wherever both hold the same: what was read anew shares
 * what did not change. Items of lists are matched by their id, else by their position.
 */
export function reuse(before: Json | undefined, after: Json): Json {
  if (before === after) return after;
  if (isList(before) && isList(after)) {
    const byId = new Map(
      before.flatMap((one) => (isMap(one) && isText(one.id) ? [[one.id, one]] : [])),
    );
    const items = after.map((item, n) => {
      const known = isMap(item) && isText(item.id) ? byId.get(item.id) : undefined;
      return reuse(known ?? before[n], item);
    });
    const same = items.length === before.length && items.every((item, n) => item === before[n]);
    return same ? before : items;
  }
  if (!isMap(before) || !isMap(after)) return after;
  const keys = Object.keys(after);
  const members = keys.map((key): [string, Json] => [key, reuse(before[key], after[key] ?? null)]);
  const same =
    Object.keys(before).every((key, n) => key === keys[n]) &&
    Object.keys(before).length === keys.length &&
    members.every(([key, value]) => value === before[key]);
  return same ? before : Object.fromEntries(members);
}
