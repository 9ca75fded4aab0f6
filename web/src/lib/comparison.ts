/** What would be written beside what is there: one row per field that both could have. */

export interface Compared {
  /** `address.city`. */
  path: string;
  there: unknown;
  would: unknown;
  same: boolean;
}

const ROWS_MAX = 200;

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The fields that would be written, with what stands there under the same name. What the other does not have is left out. */
export function compare(would: unknown, there: unknown, path = ''): Compared[] {
  if (isMap(would) && isMap(there)) {
    return Object.entries(would)
      .filter(([name]) => Object.hasOwn(there, name))
      .flatMap(([name, value]) =>
        compare(value, there[name], path === '' ? name : `${path}.${name}`),
      )
      .slice(0, ROWS_MAX);
  }
  if (Array.isArray(would) && Array.isArray(there) && would.length === there.length) {
    return would
      .flatMap((value: unknown, n) => compare(value, there[n], `${path}[${n + 1}]`))
      .slice(0, ROWS_MAX);
  }
  return [{ path, there, would, same: same(would, there) }];
}
