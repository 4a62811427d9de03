import type { ModelSpec } from '../../manifest/model-spec.ts';
import type { WorkerResources } from '../../manifest/worker-resources.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { ContainerRuntime, PluginSource, ResolvedPlugin, StartedWorker } from '../../runtime/container-runtime.ts';
import type { ModelStore } from '../models/model-store.ts';
import type { PluginPrices } from '../plugin-host.ts';
import type { WorkerConnection } from './hosted-worker-link.ts';
import type { WorkerWaits } from './worker-waits.ts';

/** What a supervisor needs. */
export interface SupervisorOptions {
  readonly runtime: ContainerRuntime;
  readonly resolved: ResolvedPlugin;
  readonly source: PluginSource;
  readonly prices: PluginPrices;
  readonly environment: Readonly<Record<string, string>>;
  readonly models: readonly ModelSpec[];
  readonly resources: WorkerResources;
  readonly modelStore: ModelStore;
  readonly ownerId: string;
  readonly jobsDirectory: string;
  readonly workerDirectory: (workerId: string) => string;
  readonly connect: (worker: StartedWorker) => WorkerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly waits: WorkerWaits;
  readonly onChange: () => void;
}
