import { ByocError } from '@byoc/core';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `10m`, `1.5h`, `30d` or `250ms` as milliseconds. @throws ByocError INPUT_ARGUMENT_INVALID */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const factor = unitMs[match?.[2] ?? ''];
  if (match === null || factor === undefined)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: text,
      reason: 'a duration looks like `90s`, `10m`, `1h` or `30d`',
    });
  return Math.round(Number(match[1]) * factor);
}
