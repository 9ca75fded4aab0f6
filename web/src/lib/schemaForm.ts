/** Fields of a form that is made from a JSON Schema of an object. */

export interface Field {
  name: string;
  title: string;
  about: string;
  kind: 'text' | 'number' | 'bool' | 'choice' | 'json';
  choices: string[];
  required: boolean;
}

interface Schema {
  properties?: Record<string, Property>;
  required?: string[];
}

interface Property {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
}

function kindOf({ type, enum: choices }: Property): Field['kind'] {
  const types = Array.isArray(type) ? type.filter((one) => one !== 'null') : [type];
  if (choices?.every((one) => typeof one === 'string')) return 'choice';
  if (types.length !== 1) return 'text';
  if (types[0] === 'integer' || types[0] === 'number') return 'number';
  if (types[0] === 'boolean') return 'bool';
  return types[0] === 'object' || types[0] === 'array' ? 'json' : 'text';
}

/** A name that a program reads, as a person does: `base_url` is `Base url`. */
function inWords(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a schema asks for: what is needed first, else in its order. */
export function fieldsOf(schema: unknown): Field[] {
  const { properties = {}, required = [] } = (schema ?? {}) as Schema;
  const fields = Object.entries(properties).map(([name, property]): Field => ({
    name,
    title: property.title ?? inWords(name),
    about: property.description ?? '',
    kind: kindOf(property),
    choices: (property.enum ?? []).map(String),
    required: required.includes(name),
  }));
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)];
}

/** A value as it is typed in a field. */
export function typedOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A field's value as it is sent. What is not of its kind is sent as typed: the server says why not. */
export function valueOf({ kind }: Field, text: string): unknown {
  if (kind === 'number' && /^-?\d{1,15}$/.test(text.trim())) return Number(text);
  if (kind === 'bool') return text === 'true';
  if (kind !== 'json') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
