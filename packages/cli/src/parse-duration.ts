import { ByocError } from '@byoc/core';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads `90s`, `10m`, `1.5h` or `250ms` as milliseconds. @throws ByocError INPUT_ARGUMENT_INVALID */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  const factor = unitMs[match?.[2] ?? ''];
  if (match === null || factor === undefined)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: text,
      reason: 'a duration looks like `90s`, `10m` or `1h`',
    });
  return Math.round(Number(match[1]) * factor);
}
