import type { ConformanceTarget } from './conformance-target.ts';

/** One thing that a worker must do. Belongs to no test framework. */
export interface ConformanceCase {
  /** Unique, for example `cancel-by-id`. */
  readonly id: string;
  /** The rules of docs/spec/worker-protocol.md that it proves, for example `W-24`. */
  readonly musts: readonly string[];
  /** What the worker does, as a sentence without its subject. */
  readonly title: string;
  /** Why this target can't be asked; undefined when it can. */
  unmet(target: ConformanceTarget): string | undefined;
  /**
   * Tries it. Cases of one target run one after another.
   *
   * @param options.signal ends the wait for a worker that does not answer
   * @throws ByocError CONFORMANCE_FAILED
   */
  run(target: ConformanceTarget, options: { signal: AbortSignal }): Promise<void>;
}
