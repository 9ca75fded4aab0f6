/** Editing a payload in places: what is sent is only what was changed. */

export interface Change {
  /** A JSON pointer. */
  path: string;
  value: unknown;
}

/** One value of a payload that may be edited. */
export interface Leaf {
  path: string;
  value: string | number | boolean | null;
  /** Hidden values are a person's: they are kept as they are. */
  hidden: boolean;
}

const MASKED = '\u2022\u2022\u2022';

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Every single value of a payload with its pointer, in the payload's order. */
export function leaves(value: unknown, path = ''): Leaf[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) =>
      leaves(inner, `${path}/${escape(name)}`),
    );
  }
  if (value === undefined) return [];
  return [{ path, value: value as Leaf['value'], hidden: value === MASKED }];
}

/** How a value is typed: texts plain, anything else as JSON. */
export const typedText = (value: Leaf['value']) =>
  typeof value === 'string' ? value : JSON.stringify(value);

/**
 * Reads what was typed over a value as the same kind of value: a number stays a number. Fails with
 * a sentence if it cannot be one. Over null anything may be typed; JSON literals are taken as such.
 */
export function read(was: Leaf['value'], text: string): Leaf['value'] {
  if (typeof was === 'string') return text;
  if (typeof was === 'number') {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw new Error('this is a number in the payload');
    const number = Number(text);
    if (String(number) !== text) throw new Error('this number cannot be sent exactly');
    return number;
  }
  if (typeof was === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new Error('this is true or false');
    return text === 'true';
  }
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}
