// The difference of two documents that share what did not change: small enough to keep every edit.

import { type Json, type Path, isList, isMap, set, get } from './json';

/** A value replaced, or a stretch of a list. */
export type Patch =
  | { path: Path; before: Json | undefined; after: Json | undefined }
  | { path: Path; at: number; removed: readonly Json[]; added: readonly Json[] };

/** What must be done to `before` to get `after`. What is the same object is not looked at. */
export function difference(before: Json, after: Json, path: Path = []): Patch[] {
  if (before === after) return [];
  if (isList(before) && isList(after)) return listDifference(before, after, path);
  if (isMap(before) && isMap(after)) {
    const keys = Object.keys(before);
    const same =
      keys.length === Object.keys(after).length &&
      Object.keys(after).every((key, n) => key === keys[n]);
    // Which keys there are and in which order is changed as a whole.
    if (same) {
      return keys.flatMap((key) =>
        difference(before[key] ?? null, after[key] ?? null, [...path, key]),
      );
    }
  }
  return [{ path, before, after }];
}

function listDifference(before: readonly Json[], after: readonly Json[], path: Path): Patch[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  const [one, other] = [removed[0], added[0]];
  if (removed.length === 1 && added.length === 1 && one !== undefined && other !== undefined) {
    return difference(one, other, [...path, start]);
  }
  return [{ path, at: start, removed, added }];
}

export function apply(document: Json, patches: readonly Patch[]): Json {
  return patches.reduce((done, patch) => {
    if (!('at' in patch)) return set(done, patch.path, patch.after);
    const list = get(done, patch.path);
    const items = isList(list) ? [...list] : [];
    items.splice(patch.at, patch.removed.length, ...patch.added);
    return set(done, patch.path, items);
  }, document);
}

export function inverse(patches: readonly Patch[]): Patch[] {
  return patches
    .toReversed()
    .map((patch) =>
      'at' in patch
        ? { ...patch, removed: patch.added, added: patch.removed }
        : { ...patch, before: patch.after, after: patch.before },
    );
}
