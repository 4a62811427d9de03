import type { JsonObject } from '../../primitives/json.ts';
import { JSON_BYTES_MAX } from '../frames.ts';
import { checkSize } from './check-size.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const EMPTY = new Uint8Array(0);

/** Writes a JSON object as UTF-8; an empty or absent one as no bytes. */
export function encodeJsonObject(value: object | undefined, jobId = ''): Uint8Array {
  if (value === undefined || Object.keys(value).length === 0) return EMPTY;
  return checkSize(encoder.encode(JSON.stringify(value)), JSON_BYTES_MAX, { jobId });
}

/** Reads UTF-8 JSON that must be an object; no bytes are an empty object. */
export function decodeJsonObject(bytes: Uint8Array, field: string, context: WireContext): JsonObject {
  if (bytes.length === 0) return {};
  checkSize(bytes, JSON_BYTES_MAX, context);
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    throw malformed(context, `${field} is not JSON`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw malformed(context, `${field} is not a JSON object`);
  return value as JsonObject;
}
