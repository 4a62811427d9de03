import type { JsonShape, TextFormat } from './json-shape.ts';
import { overlap } from './overlap.ts';
import { schemaRefusal } from './schema-refusal.ts';

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(
  [
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    '$comment',
    '$schema',
    '$id',
  ].concat(['$defs', 'definitions', '$anchor']),
);
/** Keywords that say something about one type only, and which. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'format'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  number: [],
  boolean: [],
  null: [],
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
};
const FORMATS = new Set(['date', 'time', 'date-time', 'uuid']);
/** Every JSON number of so many digits is exact. */
const LARGEST = 10n ** 15n - 1n;
const MOST_NODES = 2000;

/**
 * Reads the JSON Schema that an answer must have. Whatever the shape allows, the schema allows: what can't be said exactly is
 * refused by name.
 *
 * @throws LlmFailure schema-unsupported
 */
export function planShape(schema: unknown): JsonShape {
  let nodes = 0;
  const read = (node: unknown, path: string, refs: readonly string[]): JsonShape => {
    nodes += 1;
    if (nodes > MOST_NODES) throw schemaRefusal(path, '$ref', `makes a grammar of more than ${MOST_NODES} parts`);
    if (node === true) return { kind: 'any' };
    if (typeof node !== 'object' || node === null || Array.isArray(node))
      throw schemaRefusal(path, String(node), 'is no schema that allows anything');
    const given = node as Schema;
    const keywords = Object.keys(given).filter((key) => !ANNOTATIONS.has(key));
    const alone = (keyword: string) => {
      const other = keywords.find((key) => key !== keyword);
      if (other !== undefined) throw schemaRefusal(path, other, `stands beside \`${keyword}\``);
    };
    if ('$ref' in given) {
      alone('$ref');
      const ref = String(given['$ref']);
      if (refs.includes(ref)) throw schemaRefusal(path, '$ref', `is recursive: ${ref}`);
      return read(resolve(schema, ref, path), path, [...refs, ref]);
    }
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      if (!(keyword in given)) continue;
      alone(keyword);
      const forms = listOf(given[keyword], path, keyword).map((form, i) => read(form, `${path}/${keyword}/${i}`, refs));
      if (keyword === 'oneOf' && overlap(forms))
        throw schemaRefusal(path, 'oneOf', 'has forms that one value could fit at once; `anyOf` would do');
      return union(forms);
    }
    const types = typesOf(given, path);
    if ('const' in given || 'enum' in given) return literal(given, types, keywords, path);
    const known = new Set(['type', ...types.flatMap((type) => OF_TYPE[type] ?? [])]);
    const unknown = keywords.find((key) => !known.has(key));
    if (unknown !== undefined) throw schemaRefusal(path, unknown, 'is more than a grammar can check here');
    if (keywords.length === 0) return { kind: 'any' };
    return union(types.map((type) => readType(type, given, path, (child, at) => read(child, at, refs))));
  };
  return read(schema, '', []);
}

type Read = (node: unknown, path: string) => JsonShape;

function readType(type: string, given: Schema, path: string, read: Read): JsonShape {
  switch (type) {
    case 'string':
      return readString(given, path);
    case 'integer':
      return readInteger(given, path);
    case 'object':
      return readObject(given, path, read);
    case 'array':
      return readArray(given, path, read);
    default:
      return { kind: type as 'number' | 'boolean' | 'null' };
  }
}

function readString(given: Schema, path: string): JsonShape {
  const { format } = given;
  const [min, max] = [count(given, 'minLength', path) ?? 0, count(given, 'maxLength', path)];
  if (format === undefined) return { kind: 'string', ...range(min, max, path, 'maxLength') };
  if (!FORMATS.has(String(format))) throw schemaRefusal(path, 'format', `is ${JSON.stringify(format)}`);
  if (min > 0 || max !== undefined) throw schemaRefusal(path, 'format', 'stands beside a length');
  return { kind: 'text-format', format: format as TextFormat };
}

function readInteger(given: Schema, path: string): JsonShape {
  const bound = (keyword: string, round: (value: number) => number, otherwise: bigint) => {
    const value = given[keyword];
    if (value === undefined) return otherwise;
    if (typeof value !== 'number') throw schemaRefusal(path, keyword, 'is no number');
    const whole = BigInt(Math.max(-1e15, Math.min(1e15, round(value))));
    return whole < -LARGEST ? -LARGEST : whole > LARGEST ? LARGEST : whole;
  };
  const lows = [bound('minimum', Math.ceil, -LARGEST), bound('exclusiveMinimum', (v) => Math.floor(v) + 1, -LARGEST)];
  const highs = [bound('maximum', Math.floor, LARGEST), bound('exclusiveMaximum', (v) => Math.ceil(v) - 1, LARGEST)];
  const [, min = -LARGEST] = lows.toSorted(ascending);
  const [max = LARGEST] = highs.toSorted(ascending);
  if (min > max) throw schemaRefusal(path, 'maximum', 'leaves no number');
  return { kind: 'integer', min, max };
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function readObject(given: Schema, path: string, read: Read): JsonShape {
  const properties = Object.entries((given['properties'] ?? {}) as Schema);
  const required = 'required' in given ? listOf(given['required'], path, 'required', { empty: true }) : [];
  const [min, max] = [count(given, 'minProperties', path) ?? 0, count(given, 'maxProperties', path)];
  const more = given['additionalProperties'];
  const keys = new Set(properties.map(([key]) => key));
  const unknown = required.find((key) => !keys.has(String(key)));
  if (unknown !== undefined)
    throw schemaRefusal(path, 'required', `names ${JSON.stringify(unknown)}, which has no schema`);
  if (properties.length > 0) {
    if (min > required.length) throw schemaRefusal(path, 'minProperties', 'is more than what is required');
    if (max !== undefined && max < properties.length)
      throw schemaRefusal(path, 'maxProperties', 'is less than there are properties');
    return {
      kind: 'object',
      properties: properties.map(([key, value]) => ({
        key,
        value: read(value, `${path}/properties/${key}`),
        required: required.includes(key),
      })),
    };
  }
  // A key may come twice: then it counts once.
  if (min > 1) throw schemaRefusal(path, 'minProperties', 'is more than 1');
  if (more === false || max === 0) {
    if (min > 0) throw schemaRefusal(path, 'minProperties', 'leaves no object');
    return { kind: 'object', properties: [] };
  }
  const values: JsonShape = more === undefined ? { kind: 'any' } : read(more, `${path}/additionalProperties`);
  return { kind: 'map', values, min: min as 0 | 1, max };
}

function readArray(given: Schema, path: string, read: Read): JsonShape {
  const prefix = 'prefixItems' in given ? listOf(given['prefixItems'], path, 'prefixItems') : [];
  const first = prefix.map((item, i) => read(item, `${path}/prefixItems/${i}`));
  const { items } = given;
  const rest: JsonShape | undefined =
    items === undefined ? { kind: 'any' } : items === false ? undefined : read(items, `${path}/items`);
  const { min, max } = range(count(given, 'minItems', path) ?? 0, count(given, 'maxItems', path), path, 'maxItems');
  if (rest === undefined && min > first.length) throw schemaRefusal(path, 'minItems', 'is more than there are items');
  return { kind: 'array', first, rest, min, max };
}

function literal(given: Schema, types: readonly string[], keywords: readonly string[], path: string): JsonShape {
  const other = keywords.find((key) => !['type', 'const', 'enum'].includes(key));
  if (other !== undefined) throw schemaRefusal(path, other, 'stands beside `const` or `enum`');
  const values = 'const' in given ? [given['const']] : listOf(given['enum'], path, 'enum');
  const listed =
    'enum' in given ? new Set((given['enum'] as unknown[]).map((value) => JSON.stringify(value))) : undefined;
  const texts = values
    .filter((value) => !('type' in given) || types.some((type) => isOf(type, value)))
    .map((value) => JSON.stringify(value))
    .filter((text) => listed === undefined || listed.has(text));
  if (texts.length === 0) throw schemaRefusal(path, 'const' in given ? 'const' : 'enum', 'leaves no value');
  return { kind: 'literal', texts };
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function typesOf(given: Schema, path: string): string[] {
  const { type } = given;
  if (type === undefined) {
    const implied = Object.keys(OF_TYPE).filter((each) => OF_TYPE[each]?.some((keyword) => keyword in given));
    // Without a type such keywords say nothing about values of other types: one of theirs is always right.
    return implied.length > 0 ? implied : Object.keys(OF_TYPE);
  }
  const types = (Array.isArray(type) ? type : [type]).map(String);
  for (const each of types) if (!(each in OF_TYPE)) throw schemaRefusal(path, 'type', `is ${JSON.stringify(each)}`);
  return types;
}

function union(forms: readonly JsonShape[]): JsonShape {
  const [only] = forms;
  return forms.length === 1 && only !== undefined ? only : { kind: 'union', forms };
}

function listOf(value: unknown, path: string, keyword: string, options: { empty?: boolean } = {}): readonly unknown[] {
  if (Array.isArray(value) && (value.length > 0 || options.empty === true)) return value;
  throw schemaRefusal(path, keyword, 'is no list with something in it');
}

function count(given: Schema, keyword: string, path: string): number | undefined {
  const value = given[keyword];
  if (value === undefined) return undefined;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 100_000) return value as number;
  throw schemaRefusal(path, keyword, 'is no count from 0 to 100000');
}

function range(min: number, max: number | undefined, path: string, keyword: string) {
  if (max !== undefined && max < min) throw schemaRefusal(path, keyword, 'is less than the least');
  return { min, max };
}

/** Follows a JSON Pointer within the schema. */
function resolve(root: unknown, ref: string, path: string): unknown {
  if (ref !== '#' && !ref.startsWith('#/')) throw schemaRefusal(path, '$ref', `leaves the schema: ${ref.slice(0, 80)}`);
  let node = root;
  for (const step of ref.split('/').slice(1)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    node = typeof node === 'object' && node !== null ? (node as Schema)[key] : undefined;
  }
  if (node === undefined) throw schemaRefusal(path, '$ref', `leads nowhere: ${ref.slice(0, 80)}`);
  return node;
}
