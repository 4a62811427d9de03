/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Times calls one after another, in ms, after a warm-up. */
export async function timeEach(
  call: () => Promise<unknown>,
  { warmUp, count }: { warmUp: number; count: number },
): Promise<number[]> {
  for (let index = 0; index < warmUp; index += 1) await call();
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    await call();
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

/** Calls a second, with a number of calls under way at once. */
export async function callsPerSecond(
  call: () => Promise<unknown>,
  { concurrency, count }: { concurrency: number; count: number },
): Promise<number> {
  let left = count;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left > 0) {
        left -= 1;
        await call();
      }
    }),
  );
  return count / ((performance.now() - startedAt) / 1000);
}

/** Prints one figure with its bar. */
export function report(what: string, value: string, bar: string, met: boolean): void {
  console.log(`${met ? 'met   ' : 'MISSED'}  ${what}: ${value}  (bar: ${bar})`);
}
