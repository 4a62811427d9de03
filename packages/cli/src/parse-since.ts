import { ByocError } from '@byoc/core';
import { parseDurationMs } from './parse-duration.ts';

/** Reads `30d` (so long ago) or `2026-11-01` (its first moment, UTC; a time may follow) as a time in milliseconds. @throws ByocError INPUT_ARGUMENT_INVALID */
export function parseSinceMs(text: string, { now }: { now: number }): number {
  if (/^\d+(\.\d+)?[a-z]+$/.test(text)) return Math.max(0, now - parseDurationMs(text));
  const at = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: text,
      reason: 'a time looks like `30d` or `2026-11-01`',
    });
  return Math.max(0, at);
}
