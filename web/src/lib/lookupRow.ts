/** What a row of a lookup table is made of, and how its cells are typed in. */

export interface CellColumn {
  name: string;
  type: string;
  required: boolean;
}

interface Defined {
  name: string;
  type?: string;
  required?: boolean;
}

/**
 * The columns of a table: as it is defined, else as another row of it has them, else one bare value.
 * A single column `value` makes rows bare values.
 */
export function shape(
  defined: readonly Defined[] | undefined,
  like: unknown,
): { columns: CellColumn[]; isBare: boolean } {
  if (defined && defined.length > 0) {
    const columns = defined.map(({ name, type = 'text', required = false }) => ({
      name,
      type,
      required: required || defined.length === 1,
    }));
    return { columns, isBare: defined.length === 1 && defined[0]?.name === 'value' };
  }
  if (typeof like === 'object' && like !== null && !Array.isArray(like)) {
    const columns = Object.entries(like).map(([name, value]) => ({
      name,
      type: typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'bool' : 'text',
      required: true,
    }));
    return { columns, isBare: false };
  }
  return { columns: [{ name: 'value', type: 'text', required: true }], isBare: true };
}

/** A cell as it is sent. What cannot be of its type is sent as typed, and the server says why not. */
export function cell(type: string, text: string): unknown {
  if (type === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'bool' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
