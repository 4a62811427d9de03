import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

/** Reads wei from decimal text; empty is 0. */
export function readAmount(text: string, field: string, context: WireContext): bigint {
  if (text === '') return 0n;
  if (!/^(0|[1-9]\d{0,77})$/.test(text)) throw malformed(context, `${field} is not a whole number of wei`);
  return BigInt(text);
}
