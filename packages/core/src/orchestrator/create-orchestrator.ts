import { join } from 'node:path';
import { z } from 'zod';
import { ByocError } from '../errors/byoc-error.ts';
import { createFreeOrchestratorProvider } from '../payment/free/free-orchestrator-provider.ts';
import type { CryptoEngine } from '../payment/keys/crypto-engine.ts';
import type { Signer } from '../payment/keys/signer.ts';
import type { OrchestratorPaymentProvider } from '../payment/payment-provider.ts';
import type { PriceFeed } from '../payment/price-feed/price-feed.ts';
import { type Clock, systemClock } from '../primitives/clock.ts';
import { type Logger, silentLogger } from '../primitives/logger.ts';
import { VERSION } from '../primitives/version.ts';
import { connectWorker } from '../protocol/worker/connect-worker.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { AdminStatus } from './admin/admin-views.ts';
import { createAdminServer } from './admin/create-admin-server.ts';
import { createBooks } from './books/create-books.ts';
import { openDataDirectory } from './data-directory/open-data-directory.ts';
import { createPluginHost } from './host/create-plugin-host.ts';
import type { WorkerWaits } from './host/worker-waits.ts';
import { defaultJobLimits, type JobLimits } from './jobs/job-limits.ts';
import { createModelStore } from './models/create-model-store.ts';
import type { ModelStore } from './models/model-store.ts';
import { createCreditBook } from './payment/credit-book.ts';
import type { PluginHost } from './plugin-host.ts';
import { serveOrchestrator } from './serve-orchestrator.ts';
import { createJobRows } from './store/job-rows.ts';
import { openStore } from './store/open-store.ts';

/** How an orchestrator hosts and sells. */
export interface OrchestratorOptions {
  /** Where it keeps its state; one orchestrator at a time. */
  readonly dataDirectory: string;
  /** Starts and ends workers. Closed by the caller, after the orchestrator. */
  readonly runtime: ContainerRuntime;
  /** Address to listen on. @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** Port of the gateway protocol; 0 for any free one. @default 8945 */
  readonly port?: number | undefined;
  /** Port of the HTTPS side; 0 for any free one. @default 8946 */
  readonly httpPort?: number | undefined;
  /**
   * Signs the identity, and what the ways to be paid sign: its address is the orchestrator's. Closed by the caller.
   *
   * @default a key of its own in the data directory
   */
  readonly signer?: Signer | undefined;
  /** Of the key in the data directory: of `loadCryptoEngine` of `@byoc/core/payment/livepeer`. @default plain JavaScript */
  readonly engine?: CryptoEngine | undefined;
  /** Ways to be paid. @default [free] */
  readonly payment?: readonly OrchestratorPaymentProvider[] | undefined;
  /** Turns prices in dollars into wei. Without one they are refused. */
  readonly priceFeed?: PriceFeed | undefined;
  /** What jobs may use. @default defaultJobLimits */
  readonly limits?: Partial<JobLimits> | undefined;
  /** How long it waits for its workers. @default defaultWorkerWaits */
  readonly workers?: Partial<WorkerWaits> | undefined;
  /** Fetches and keeps models. Closed by the caller. @default one in the data directory, with HF_ENDPOINT and HF_TOKEN of the environment */
  readonly modelStore?: ModelStore | undefined;
  /** Labels of all offers, for example `{ region: 'eu' }`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
}

/** A running orchestrator. */
export interface Orchestrator {
  /** ETH address, EIP-55. */
  readonly address: string;
  /** For gateways: `https://host:port`. */
  readonly url: string;
  /** The HTTPS side: parts, health, metrics, offers. */
  readonly httpUrl: string;
  readonly plugins: PluginHost;
  /** Resolves with the grace period, ms, when somebody asks over the admin API for its end: then call `close`. */
  readonly stopAsked: Promise<number>;
  status(): AdminStatus;
  /**
   * Ends it: `drain` lets jobs end within the grace period and stops every worker; `leave` lets workers and their jobs run
   * so that a new orchestrator on the same directory goes on with them. Idempotent.
   */
  close(options: { mode: 'drain' | 'leave'; graceMs: number }): Promise<void>;
  /** Drains for 30 seconds at most. */
  [Symbol.asyncDispose](): Promise<void>;
}

const optionsSchema = z.object({
  dataDirectory: z.string().min(1),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(8945),
  httpPort: z.number().int().min(0).max(65_535).default(8946),
  labels: z.record(z.string(), z.string()).default({}),
});

/**
 * Starts an orchestrator: adopts the workers and jobs of an earlier one on the same directory, starts installed plugins,
 * and serves both ports and the admin socket.
 *
 * @throws ByocError DATA_DIRECTORY_*, PORT_IN_USE, LISTEN_FAILED, ORCHESTRATOR_OPTIONS_INVALID, and those of the runtime
 * @example
 * const runtime = createDockerRuntime({ logger })
 * await using orchestrator = await createOrchestrator({ dataDirectory: '/var/lib/byoc', runtime, logger })
 */
export async function createOrchestrator(options: OrchestratorOptions): Promise<Orchestrator> {
  const { host, port, httpPort, labels, dataDirectory } = parseOptions(options);
  const { runtime, logger = silentLogger, clock = systemClock } = options;
  const payment = options.payment ?? [createFreeOrchestratorProvider()];
  const runtimeInfo = await runtime.probe();
  const directory = await openDataDirectory(dataDirectory, { signer: options.signer, engine: options.engine });
  const { signer } = directory;
  /** What was opened, the last first. */
  const closers: (() => unknown)[] = [];
  const closeAll = async () => {
    const errors: unknown[] = [];
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  let ending: { mode: 'drain' | 'leave'; graceMs: number } = { mode: 'leave', graceMs: 0 };
  try {
    const store = openStore(directory.path);
    closers.push(() => store.close());
    const ownModels = createModelStore({ directory: join(directory.path, 'models'), clock, logger });
    closers.push(() => ownModels.close());
    const plugins = createPluginHost({
      modelStore: options.modelStore ?? ownModels,
      ...{ runtime, clock, logger, plugins: store.plugins, ownerId: directory.ownerId },
      waits: options.workers,
      jobsDirectory: directory.jobsDirectory,
      workerDirectory: directory.workerDirectory,
      connect: (worker) => connectWorker(worker.address, { logger }),
    });
    closers.push(() => plugins.close(ending));
    const served = await serveOrchestrator({
      ...{ host, port, httpPort, labels, clock, logger },
      pluginHost: plugins,
      database: store.database,
      signer,
      certificate: directory.certificate,
      localDirectory: directory.localDirectory,
      payment,
      priceFeed: options.priceFeed,
      limits: { ...defaultJobLimits, ...options.limits },
      software: `@byoc/core ${VERSION}`,
    });
    closers.push(() => served.close(ending));
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    const url = `https://${shown}:${served.port}`;
    const httpUrl = `https://${shown}:${served.httpPort}`;
    const { address } = signer;
    const startedAt = new Date(clock.now()).toISOString();
    const rows = createJobRows(store.database);
    let askStop: (graceMs: number) => void = () => {};
    const stopAsked = new Promise<number>((resolve) => {
      askStop = resolve;
    });
    const status = (): AdminStatus => {
      const { running, waiting } = served.queues.totals();
      return {
        ...{ address, url, httpUrl, startedAt, pid: process.pid, version: VERSION, runtime: runtimeInfo },
        plugins: plugins
          .list()
          .map(({ pluginId, manifest, phase, reason }) => ({ pluginId, version: manifest.version, phase, reason })),
        jobs: { running, queued: waiting },
        payment: served.desk.view(),
      };
    };
    const admin = await createAdminServer({
      socketPath: directory.adminSocketPath,
      host: plugins,
      status,
      listJobs: () =>
        rows
          .listOpen()
          .map(({ jobId, capability, pluginId, state }) => ({ jobId, capability, plugin: pluginId, state })),
      credit: createCreditBook(served.desk),
      books: createBooks(store.database, served.desk.books),
      stop: askStop,
      logger,
    });
    // Closed last: who waits for the end of the orchestrator watches this socket.
    closers.unshift(() => admin.close());
    logger.info({ address, url, httpUrl, runtime: runtimeInfo.kind }, 'orchestrator-started');
    let closed: Promise<void> | undefined;
    const close: Orchestrator['close'] = (closeOptions) => {
      ending = closeOptions;
      closed ??= closeAll()
        .then(() => (closeOptions.mode === 'drain' ? directory.close() : undefined))
        .finally(() => logger.info({ address, mode: closeOptions.mode }, 'orchestrator-closed'));
      return closed;
    };
    return {
      ...{ address, url, httpUrl, plugins, stopAsked, status, close },
      [Symbol.asyncDispose]: () => close({ mode: 'drain', graceMs: 30_000 }),
    };
  } catch (error) {
    await closeAll().catch((closeError: unknown) => logger.error({ err: closeError }, 'orchestrator-close-failed'));
    throw error;
  }
}

function parseOptions(options: OrchestratorOptions): z.output<typeof optionsSchema> {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ByocError('ORCHESTRATOR_OPTIONS_INVALID', {
    option: issue?.path.join('.') ?? '',
    reason: issue?.message ?? '',
  });
}
