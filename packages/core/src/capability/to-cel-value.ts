/** A JSON value as CEL sees it, and how much of it there is. */
export interface CelValue {
  readonly value: unknown;
  /** Values and characters in all. */
  readonly weight: number;
  /** Elements of the longest list or object. */
  readonly longest: number;
}

/** Converts JSON for CEL: whole numbers become `int`, other numbers `double`. Undefined fields are left out. */
export function toCelValue(json: unknown): CelValue {
  let weight = 0;
  let longest = 0;
  const convert = (node: unknown, depth: number): unknown => {
    if (depth > 64) throw new Error('the input is nested deeper than 64 levels');
    weight += 1;
    if (typeof node === 'number') return Number.isSafeInteger(node) ? BigInt(node) : node;
    if (typeof node === 'string') {
      weight += node.length;
      return node;
    }
    if (node === null || typeof node !== 'object') return node;
    if (Array.isArray(node)) {
      longest = Math.max(longest, node.length);
      return node.map((item) => convert(item, depth + 1));
    }
    const entries = Object.entries(node).filter(([, item]) => item !== undefined);
    longest = Math.max(longest, entries.length);
    return new Map(entries.map(([key, item]) => [key, convert(item, depth + 1)]));
  };
  const value = convert(json, 0);
  return { value, weight, longest };
}
