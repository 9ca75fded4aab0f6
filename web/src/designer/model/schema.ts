// A form from an operation's schema: required fields first, the rest under "More".

import { type Json, type JsonMap, type Path, isList, isMap, isText } from './json';

export interface Field {
  name: string;
  title: string;
  doc: string;
  /** In words: `text`, `whole number`, `list of …`. */
  type: string;
  required: boolean;
  maxLength?: number;
  /** The peer's own name of the field. */
  peerName?: string;
  options: readonly string[];
  /** The fields of a map, or of the items of a list. */
  fields: readonly Field[];
  isList: boolean;
}

const DEPTH_MAX = 6;

function without(map: JsonMap, ...keys: string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function resolve(schema: Json | undefined, root: JsonMap): JsonMap {
  let at = isMap(schema) ? schema : {};
  for (let n = 0; n < 8; n += 1) {
    if (isText(at.$ref) && at.$ref.startsWith('#/')) {
      let found: Json | undefined = root;
      for (const part of at.$ref.slice(2).split('/'))
        found = isMap(found) ? found[part] : undefined;
      at = { ...(isMap(found) ? found : {}), ...without(at, '$ref') };
      continue;
    }
    // An optional value is one of itself and null.
    const any: Json | undefined = at.anyOf ?? at.oneOf;
    const real = isList(any) ? any.filter((one) => !isMap(one) || one.type !== 'null') : [];
    const [only] = real;
    if (real.length === 1 && isMap(only)) {
      at = { ...only, ...without(at, 'anyOf', 'oneOf') };
      continue;
    }
    return at;
  }
  return at;
}

function wordOf(schema: JsonMap): string {
  const types = isList(schema.type) ? schema.type : [schema.type];
  const type = types.find((one) => one !== 'null');
  if (isText(schema.format) && type === 'string') {
    return { date: 'date', decimal: 'decimal', 'date-time': 'time' }[schema.format] ?? 'text';
  }
  if (type === undefined && (schema.properties !== undefined || schema.allOf !== undefined))
    return 'map';
  const words: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'map',
    array: 'list',
  };
  return isText(type) ? (words[type] ?? type) : 'any value';
}

function optionsOf(schema: JsonMap): string[] {
  if (isList(schema.enum)) return schema.enum.filter(isText);
  const any = schema.oneOf ?? schema.anyOf;
  const constants = isList(any) ? any.map((one) => (isMap(one) ? one.const : undefined)) : [];
  return constants.length > 0 && constants.every(isText) ? constants.filter(isText) : [];
}

function field(name: string, given: Json, root: JsonMap, required: boolean, depth: number): Field {
  const schema = resolve(given, root);
  const type = wordOf(schema);
  const inner = type === 'list' ? resolve(schema.items, root) : schema;
  const peerName = [schema['x-peer-name'], schema['x-field'], schema['x-name']].find(isText);
  const maxLength = typeof schema.maxLength === 'number' ? schema.maxLength : undefined;
  return {
    name,
    title: isText(schema.title) ? schema.title : name.replaceAll('_', ' '),
    doc: isText(schema.description) ? schema.description : '',
    type: type === 'list' && inner.type !== undefined ? `list of ${wordOf(inner)}s` : type,
    required,
    options: optionsOf(schema),
    fields: depth < DEPTH_MAX ? fieldsOf(inner, root, depth + 1) : [],
    isList: type === 'list',
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(peerName === undefined ? {} : { peerName }),
  };
}

/** The fields of a map's schema: required first, else as they are declared. */
export function fieldsOf(schema: JsonMap, root: JsonMap = schema, depth = 0): Field[] {
  const resolved = resolve(schema, root);
  const properties = isMap(resolved.properties) ? resolved.properties : {};
  const required = new Set(isList(resolved.required) ? resolved.required : []);
  const all = Object.entries(properties).map(([name, one]) =>
    field(name, one, root, required.has(name), depth),
  );
  return [...all.filter((one) => one.required), ...all.filter((one) => !one.required)];
}

/** What a person typed as a value: a formula and a text are texts, a number where one is asked for. */
export function typed(text: string, field: Pick<Field, 'type'>): Json {
  if (field.type === 'whole number' && /^-?(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (field.type === 'true or false' && (text === 'true' || text === 'false'))
    return text === 'true';
  return text;
}

/** A value as it is typed; null if it is no single value. */
export function shown(value: Json | undefined): string | null {
  if (value === undefined || value === null) return '';
  if (isText(value)) return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isMap(value) && isText(value['=number']) && Object.keys(value).length === 1) {
    return value['=number'];
  }
  return null;
}

/** The field at a path of an operation's input, as far as the schema knows it. */
export function fieldAt(fields: readonly Field[], path: Path): Field | undefined {
  const [name, ...rest] = path.filter((turn) => typeof turn === 'string');
  const found = fields.find((one) => one.name === name);
  return rest.length === 0 ? found : found && fieldAt(found.fields, rest);
}

const known = new WeakMap<JsonMap, readonly Field[]>();

/** The fields of an operation's input, worked out once. */
export function inputsOf({ input }: { input: JsonMap }): readonly Field[] {
  const before = known.get(input);
  if (before) return before;
  const fields = fieldsOf(input);
  known.set(input, fields);
  return fields;
}
