import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

/** Reads an unsigned 64-bit number that must fit into 53 bits. */
export function readCount(value: bigint, field: string, context: WireContext): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(context, `${field} ${value} is above 2^53 - 1`);
  return Number(value);
}
