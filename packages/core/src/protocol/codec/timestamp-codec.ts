import type { Duration } from '../gen/google/protobuf/duration.ts';
import type { Timestamp } from '../gen/google/protobuf/timestamp.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

/** Seconds that a JavaScript date reaches. */
const SECONDS_MAX = 8_640_000_000_000n;

/** Writes milliseconds since the Unix epoch. */
export function encodeTimestamp(timeMs: number): Timestamp {
  return split(timeMs);
}

/** Reads milliseconds since the Unix epoch. */
export function decodeTimestamp(message: Timestamp | undefined, context: WireContext): number {
  return join(message, context);
}

/** Writes a span in milliseconds. */
export function encodeDuration(spanMs: number): Duration {
  return split(spanMs);
}

/** Reads a span in milliseconds; absent is 0. */
export function decodeDuration(message: Duration | undefined, context: WireContext): number {
  return message === undefined ? 0 : Math.max(0, join(message, context));
}

function split(valueMs: number): { seconds: bigint; nanos: number } {
  const whole = Math.floor(valueMs / 1000);
  return { seconds: BigInt(whole), nanos: Math.round(valueMs - whole * 1000) * 1_000_000 };
}

function join(message: { seconds: bigint; nanos: number } | undefined, context: WireContext): number {
  const { seconds, nanos } = message ?? { seconds: 0n, nanos: 0 };
  if (seconds > SECONDS_MAX || seconds < -SECONDS_MAX || nanos < 0 || nanos > 999_999_999)
    throw malformed(context, 'a time is out of range');
  return Number(seconds) * 1000 + Math.floor(nanos / 1_000_000);
}
