/** Exponential backoff with full jitter in its upper half: 50 to 100 % of `baseMs · 2^attempt`, capped. `random` gives 0 to 1. */
export function backoffDelayMs(
  attempt: number,
  random: () => number,
  { baseMs = 200, capMs = 10_000 }: { baseMs?: number; capMs?: number } = {},
): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
