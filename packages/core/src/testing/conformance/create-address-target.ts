import type { WorkerAddress } from '../../protocol/worker-address.ts';
import type { ConformanceSample } from './conformance-sample.ts';
import type { ConformanceTarget } from './conformance-target.ts';

/** Makes a target of a worker that runs already. Cases that end the worker, or look into its folders, are left out. */
export function createAddressTarget(options: {
  address: WorkerAddress;
  sample: ConformanceSample;
  /** plugin.json, parsed. */
  manifest?: unknown;
}): ConformanceTarget {
  const { address, sample, manifest } = options;
  return {
    sample,
    manifest,
    shared: async () => ({ address, jobsPath: undefined }),
    start: undefined,
    close: async () => {},
  };
}
