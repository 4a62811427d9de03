const LARGEST_CHARACTERS = 256 * 1024;
const DEEPEST = 32;
const LONGEST_PATTERN = 1000;
/** Their values are data, not schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords that would fetch, rename or defer. */
const REFUSED = ['$id', 'id', '$async', '$dynamicRef', '$recursiveRef', '$dynamicAnchor', '$recursiveAnchor'];

/**
 * Says why a JSON Schema of a stranger is not safe to compile: too large, too deep, patterns too long, or a `$ref` that
 * leaves the document. Undefined when it is fine.
 */
export function checkContractSchema(schema: unknown): string | undefined {
  const size = sizeOf(schema);
  if (size === undefined) return 'the schema is nested too deep';
  if (size > LARGEST_CHARACTERS) return `the schema has ${size} characters, more than ${LARGEST_CHARACTERS}`;
  const walk = (node: unknown, depth: number): string | undefined => {
    if (node === null || typeof node !== 'object') return undefined;
    if (depth > DEEPEST) return `the schema is nested deeper than ${DEEPEST} levels`;
    if (Array.isArray(node)) return first(node, (item) => walk(item, depth + 1));
    const record = node as Record<string, unknown>;
    const ref = record['$ref'];
    if (typeof ref === 'string' && ref !== '#' && !ref.startsWith('#/'))
      return `\`$ref\` to ${ref.slice(0, 80)} leaves the schema`;
    const refused = REFUSED.find((key) => typeof record[key] === 'string' || typeof record[key] === 'boolean');
    if (refused !== undefined) return `\`${refused}\` is not allowed`;
    const { pattern } = record;
    if (typeof pattern === 'string' && pattern.length > LONGEST_PATTERN) {
      return `a pattern is longer than ${LONGEST_PATTERN} characters`;
    }
    return first(Object.entries(record), ([key, value]) => (DATA.has(key) ? undefined : walk(value, depth + 1)));
  };
  return walk(schema, 0);
}

function first<T>(items: readonly T[], look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sizeOf(schema: unknown): number | undefined {
  try {
    return JSON.stringify(schema)?.length ?? 0;
  } catch {
    return undefined;
  }
}
