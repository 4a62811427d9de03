import { stat } from 'node:fs/promises';
import { blob, defineCapability, definePlugin, implement } from '@byoc/core';
import { z } from 'zod';

/** Work whose cost is known: as much as its input asks for, and nothing else. */
export const work = defineCapability({
  name: 'bench/work',
  version: '1.0.0',
  description: 'Does a known amount of work, for the benchmarks.',
  input: z.object({
    /** Sends so many events. */
    events: z.number().int().min(0).max(1_000_000).default(0),
    /** Letters in each event's text. */
    bytesPerEvent: z.number().int().min(0).max(100_000).default(16),
    /** Runs until it is cancelled. */
    wait: z.boolean().default(false),
    /** Waits until these bytes are there. */
    source: blob().optional(),
    /** Tells when cancel reached the handler of that earlier job. */
    cancelOf: z.string().optional(),
  }),
  event: z.object({ text: z.string() }),
  output: z.object({
    sourceBytes: z.number().int().optional(),
    /** Nanoseconds of the machine's monotonic clock, in decimal: comparable between processes. */
    cancelledAtNs: z.string().optional(),
  }),
  meters: {},
});

/** Creates the plugin of the benchmarks. Names differ, so that many can be installed side by side. */
export function createBenchPlugin(name = 'bench') {
  const cancels = new Map<string, string>();
  return definePlugin({
    manifest: {
      name,
      version: '1.0.0',
      concurrency: 64,
      command: ['node', '--conditions=@byoc/source', 'worker.ts'],
    },
    implementations: [
      implement(work, async ({ input, jobId, signal, emit, file }) => {
        const text = 'x'.repeat(input.bytesPerEvent);
        for (let index = 0; index < input.events; index += 1) await emit({ text });
        if (input.wait) {
          await new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => {
              cancels.set(jobId, process.hrtime.bigint().toString());
              resolve();
            });
          });
        }
        return {
          ...(input.source === undefined ? {} : { sourceBytes: (await stat(await file(input.source))).size }),
          ...(input.cancelOf === undefined ? {} : { cancelledAtNs: cancels.get(input.cancelOf) }),
        };
      }),
    ],
  });
}
