import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Plugin } from '@byoc/core';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { connectWorker, createTlsCertificate, serveWorkerService, type WorkerService } from '@byoc/core/protocol';
import { createWorker } from '@byoc/core/worker';
import { defaultJobLimits, type JobLimits } from '../../../packages/core/src/orchestrator/jobs/job-limits.ts';
import type { HostedPlugin, PluginHost } from '../../../packages/core/src/orchestrator/plugin-host.ts';
import {
  type ServedOrchestrator,
  serveOrchestrator,
} from '../../../packages/core/src/orchestrator/serve-orchestrator.ts';
import { createJobRows } from '../../../packages/core/src/orchestrator/store/job-rows.ts';
import { openStore } from '../../../packages/core/src/orchestrator/store/open-store.ts';
import { createFreeOrchestratorProvider } from '../../../packages/core/src/payment/free/index.ts';
import type { OrchestratorPaymentProvider } from '../../../packages/core/src/payment/payment-provider.ts';
import { freePriceSheet, type PriceSheet } from '../../../packages/core/src/price/price-sheet.ts';
import { systemClock } from '../../../packages/core/src/primitives/clock.ts';
import { silentLogger } from '../../../packages/core/src/primitives/logger.ts';
import { partsPlugin } from './parts-plugin.ts';

/** A real orchestrator with a real worker, both in this process. */
export interface StartedOrchestrator extends AsyncDisposable {
  readonly orchestrator: ServedOrchestrator;
  readonly url: string;
  readonly address: string;
  /** The data directory: `jobs/` and `local/{inbox,outbox}/`. */
  readonly root: string;
  /** Lets gated jobs go on. */
  openGate(): void;
  /** Resolves when a caller has attached to a running job. */
  readonly attached: Promise<void>;
  /** Resolves when the end of a job is stored. */
  jobEnded(jobId: string): Promise<void>;
}

/** Starts an orchestrator of one plugin; only its plugin host is a stand-in. */
export async function startOrchestrator(
  options: {
    /** @default the parts plugin */
    plugin?: Plugin;
    limits?: Partial<JobLimits>;
    /** @default free */
    price?: PriceSheet;
    /** @default [free] */
    payment?: readonly OrchestratorPaymentProvider[];
  } = {},
): Promise<StartedOrchestrator> {
  const root = mkdtempSync(join(tmpdir(), 'byoc-gateway-'));
  for (const name of ['jobs', 'local', 'local/inbox', 'local/outbox']) mkdirSync(join(root, name), { mode: 0o700 });
  const gate = Promise.withResolvers<void>();
  const jobsPath = join(root, 'jobs');
  const worker = createWorker(options.plugin ?? partsPlugin(gate.promise), { jobsPath, tmpPath: root });
  await worker.setup();
  const address = { type: 'unix' as const, path: join(root, 'w.sock') };
  const served = await serveWorkerService(worker, { address });
  const connected = connectWorker(address);
  const attached = Promise.withResolvers<void>();
  const service: WorkerService = {
    ...connected,
    attachJob(request, call) {
      attached.resolve();
      return connected.attachJob(request, call);
    },
  };
  const plugin = {
    ...{
      pluginId: 'parts',
      digest: 'sha256:0',
      imageDigest: '',
      prices: { default: options.price ?? freePriceSheet, capabilities: {} },
      phase: 'ready',
      reason: '',
      restarts: 0,
    },
    manifest: worker.manifest,
    ...{ jobsDirectory: jobsPath, timeToWarmMs: 1, workerState: worker.state },
    worker: { workerId: 'w1', service, jobsPath, gone: new AbortController().signal },
  } as unknown as HostedPlugin;
  const pluginHost = {
    start: async () => {},
    list: () => [plugin],
    get: () => plugin,
    on: () => () => {},
  } as unknown as PluginHost;
  const { database, close: closeStore } = openStore(root);
  const signer = createLocalSigner(createPrivateKey());
  const orchestrator = await serveOrchestrator({
    ...{ host: '127.0.0.1', port: 0, httpPort: 0, pluginHost, database, signer },
    ...{ certificate: await createTlsCertificate(), localDirectory: join(root, 'local') },
    payment: options.payment ?? [createFreeOrchestratorProvider()],
    limits: { ...defaultJobLimits, ...options.limits },
    ...{ labels: {}, software: 'test', clock: systemClock, logger: silentLogger },
  });
  return {
    orchestrator,
    url: `https://127.0.0.1:${orchestrator.port}`,
    address: signer.address,
    root,
    openGate: gate.resolve,
    attached: attached.promise,
    async jobEnded(jobId) {
      const rows = createJobRows(database);
      while (rows.get(jobId)?.end === undefined) await setImmediate();
    },
    async [Symbol.asyncDispose]() {
      await orchestrator.close({ mode: 'drain', graceMs: 1000 });
      connected.close();
      await served.close();
      await worker.close();
      closeStore();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
