import { readFileSync } from 'node:fs';

/** A watch over a program. */
export interface StillWatch {
  /** The program has said something. */
  touch(): void;
  stop(): void;
}

/**
 * Calls `onStill` once when a program has neither used the processor nor said anything for so long. Where the system does not tell the time of
 * a process (all but Linux), only what it says counts, and one that `talks` not is never still.
 */
export function watchStill(
  pid: number,
  options: {
    stillMs: number;
    talks: boolean;
    onStill: () => void;
    /** Processor time of a process; undefined where it is not told. @default from /proc */
    ticksOf?: (pid: number) => number | undefined;
  },
): StillWatch {
  const { stillMs, talks, onStill, ticksOf = processorTicks } = options;
  let ticks = ticksOf(pid);
  let lastMs = performance.now();
  const timer = setInterval(
    () => {
      const now = ticksOf(pid);
      if (now !== ticks || (now === undefined && !talks)) lastMs = performance.now();
      ticks = now;
      if (performance.now() - lastMs < stillMs) return;
      clearInterval(timer);
      onStill();
    },
    Math.max(10, stillMs / 8),
  );
  return {
    touch() {
      lastMs = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}

/** Processor time of a process and its threads, in the system's ticks. */
function processorTicks(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}
