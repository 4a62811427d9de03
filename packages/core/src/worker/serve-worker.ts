import { pino } from 'pino';
import { ByocError, isByocError } from '../errors/byoc-error.ts';
import { deriveManifest, manifestText } from '../manifest/derive-manifest.ts';
import type { Plugin } from '../manifest/plugin.ts';
import { type Clock, systemClock } from '../primitives/clock.ts';
import type { Logger } from '../primitives/logger.ts';
import { type ServedWorkerService, serveWorkerService } from '../protocol/worker/serve-worker-service.ts';
import { createWorker, type Worker } from './create-worker.ts';
import { parseWorkerEnvironment, type WorkerEnvironment } from './worker-environment.ts';

/** How a worker process lives and ends. */
export interface ServeWorkerOptions {
  /** First clock, after SIGTERM: how long running jobs may take. @default 25000 */
  readonly drainGraceMs?: number | undefined;
  /** Second clock: how long cancelled handlers may take before the process ends anyway. @default 5000 */
  readonly forceGraceMs?: number | undefined;
  /** Ends the process when a handler ignores cancel, so that the host starts a fresh one. @default true */
  readonly exitOnDeafHandler?: boolean | undefined;
}

/**
 * Serves a plugin to the host that started this process, until the host says stop. `--manifest` prints plugin.json
 * instead.
 *
 * @example
 * await serveWorker(plugin)
 */
export async function serveWorker(plugin: Plugin, options: ServeWorkerOptions = {}): Promise<void> {
  if (process.argv.includes('--manifest')) {
    process.stdout.write(manifestText(deriveManifest(plugin)));
    return;
  }
  let environment: WorkerEnvironment;
  try {
    environment = parseWorkerEnvironment(process.env);
  } catch (error) {
    process.stderr.write(explainByHand(plugin, error));
    process.exitCode = 64;
    return;
  }
  const logger = pino({ base: null, level: process.env['BYOC_LOG_LEVEL'] ?? 'info' });
  await new WorkerProcess(plugin, environment, logger, options).run();
}

/** A worker, its socket and the clocks of its end. */
class WorkerProcess {
  readonly #environment: WorkerEnvironment;
  readonly #logger: Logger;
  readonly #worker: Worker;
  readonly #clock: Clock = systemClock;
  readonly #drainGraceMs: number;
  #served: ServedWorkerService | undefined;
  #signalled = false;
  #cause = 'the host drained it';

  constructor(plugin: Plugin, environment: WorkerEnvironment, logger: Logger, options: ServeWorkerOptions) {
    this.#environment = environment;
    this.#logger = logger;
    this.#drainGraceMs = options.drainGraceMs ?? 25_000;
    this.#worker = createWorker(plugin, {
      jobsPath: environment.jobsPath,
      tmpPath: environment.tmpPath,
      modelsPath: environment.modelsPath,
      logger,
      cancelGraceMs: options.forceGraceMs ?? 5000,
      onDeafHandler: () => {
        if (options.exitOnDeafHandler ?? true) this.#exit(70, 'handler-ignores-cancel');
      },
      onPhase: (phase) => this.#served?.setServing(phase === 'ready' || phase === 'busy'),
      onDrained: () => void this.#leave(),
    });
  }

  async run(): Promise<void> {
    this.#served = await serveWorkerService(this.#worker, {
      address: this.#environment.address,
      logger: this.#logger,
      socketMode: 0o666,
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.#onSignal(signal));
    const onCrash = (error: unknown) => {
      this.#logger.error({ err: error }, 'process-crashed');
      void this.#worker
        .failJobs((jobId) => new ByocError('JOB_CRASHED', { jobId, message: 'the worker process crashed' }))
        .then(() => this.#exit(1, 'process-crashed'));
    };
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
    void this.#watchHost();
    try {
      await this.#worker.setup();
      this.#logger.info({ plugin: this.#worker.manifest.name, version: this.#worker.manifest.version }, 'worker-ready');
    } catch (error) {
      this.#logger.error({ err: error }, 'setup-failed');
    }
  }

  /** First signal: drain, then force. Second signal: at once. */
  #onSignal(signal: string): void {
    if (this.#signalled) this.#exit(130, signal);
    else this.#stop(signal);
    this.#signalled = true;
  }

  #stop(cause: string): void {
    this.#cause = cause;
    this.#logger.info({ cause }, 'worker-draining');
    void this.#worker.drain({ graceMs: this.#drainGraceMs });
  }

  /** Drained, by whomever: the last answers leave, then the process ends. */
  async #leave(): Promise<void> {
    await this.#served?.close({ graceMs: 1000 });
    this.#exit(this.#worker.state.phase === 'failed' ? 1 : 0, this.#cause);
  }

  /** Ends the worker when no host has watched it for the host grace period. */
  async #watchHost(): Promise<void> {
    const { hostGraceMs } = this.#environment;
    let lastSeen = this.#clock.now();
    for (;;) {
      await this.#clock.sleep(hostGraceMs / 4, { unref: true });
      if (this.#worker.watchers > 0) lastSeen = this.#clock.now();
      else if (this.#clock.now() - lastSeen >= hostGraceMs) return this.#stop('the host is gone');
    }
  }

  #exit(exitCode: number, cause: string): void {
    this.#logger.info({ exitCode, cause }, 'worker-ended');
    // Lets the last frames and the log leave.
    setImmediate(() => process.exit(exitCode));
  }
}

function explainByHand(plugin: Plugin, error: unknown): string {
  const { name, version } = plugin.manifest;
  const capabilities = plugin.implementations.map(({ capability }) => capability.reference).join(', ');
  const why = isByocError(error) ? `${error.shortMessage}\nHint: ${error.hint}\nDocs: ${error.docs}` : String(error);
  return `${name} ${version}: ${capabilities}\n${why}\n`;
}
