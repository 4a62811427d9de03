import { systemClock } from '@byoc/core';
import type { Gateway, RunInput } from '@byoc/core/gateway';
import { transcode } from '../capability.ts';
import type { ParallelResult } from './parallel-transcode.ts';
import type { RunParallelOptions } from './run-parallel.ts';

/** Runs an input as one ordinary job; a warning says why it was not cut. */
export async function runWhole(
  gateway: Gateway,
  input: RunInput<typeof transcode>,
  reason: string,
  deadline: number,
  options: RunParallelOptions,
): Promise<ParallelResult> {
  const { where, maxPrice, orchestrator, orderBy, traceparent, signal, maxCostWei, onFrame, onDiscard } = options;
  const job = gateway.run(transcode, input, {
    ...{ where, maxPrice, orchestrator, orderBy, traceparent, signal, maxCostWei },
    deadlineMs: Math.max(1, deadline - systemClock.now()),
  });
  onDiscard(() => job.close());
  for await (const frame of job) onFrame(frame);
  const result = await job.result;
  const { jobId, plugin, usage, receipt, output, parts, download, file } = result;
  return {
    output: { ...output, warnings: [...output.warnings, `Encoded as one job: ${reason}.`] },
    ...{ usage, parts, download, file },
    jobs: [{ piece: 'whole', jobId, orchestrator: result.orchestrator, plugin, usage, receipt }],
    proof: undefined,
  };
}
