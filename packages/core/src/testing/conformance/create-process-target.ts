import type { ConformanceSample } from './conformance-sample.ts';
import type { ConformanceTarget, OwnWorker } from './conformance-target.ts';
import { startWorkerProcess } from './start-worker-process.ts';

/** How a worker of any language is started. */
export interface ProcessTargetOptions {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** @default the working directory of this process */
  readonly cwd?: string | undefined;
  /** Besides PATH, HOME and LANG. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly sample: ConformanceSample;
  /** plugin.json, parsed. */
  readonly manifest?: unknown;
}

/**
 * Makes a target of a command: one worker process for most cases, and one more for each case that ends it.
 *
 * @example
 * const target = createProcessTarget({ command: ['python', 'worker.py'], sample })
 * for (const each of conformanceCases) if (each.unmet(target) === undefined) await each.run(target, { signal })
 * await target.close()
 */
export function createProcessTarget(options: ProcessTargetOptions): ConformanceTarget {
  let shared: Promise<OwnWorker> | undefined;
  return {
    sample: options.sample,
    manifest: options.manifest,
    shared(signal) {
      shared ??= startWorkerProcess(options, { signal }).catch((error: unknown) => {
        shared = undefined;
        throw error;
      });
      return shared;
    },
    start: (start) => startWorkerProcess(options, start),
    async close() {
      const started = await shared?.catch(() => undefined);
      await started?.stop();
    },
  };
}
