import type { JsonValue } from '../../primitives/json.ts';

const TEXT_MAX = 200;
const ITEMS_MAX = 8;

/** Cuts long texts and lists, so that an error fits into gRPC trailers. Keeps the shape. */
export function shrinkFacts(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX).toWellFormed()}…` : value;
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map(shrinkFacts);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shrinkFacts(item)]));
}
