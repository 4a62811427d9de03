import { canonicalJson } from '../capability/canonical-json.ts';
import { ByocError, isByocError } from '../errors/byoc-error.ts';
import { deriveManifest } from '../manifest/derive-manifest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Plugin, SetupResult } from '../manifest/plugin.ts';
import { WORKER_PROTOCOL } from '../manifest/worker-protocol.ts';
import { type Clock, systemClock } from '../primitives/clock.ts';
import { type Logger, silentLogger } from '../primitives/logger.ts';
import { VERSION } from '../primitives/version.ts';
import type { CallerFrame, JobFrame, OpenFrame } from '../protocol/frames.ts';
import { createCallerFrameMachine } from '../protocol/machine/create-caller-frame-machine.ts';
import type { CallOptions, WorkerPhase, WorkerService, WorkerState } from '../protocol/worker-service.ts';
import { Drain } from './drain.ts';
import { EndedJobs } from './ended-jobs.ts';
import { estimateInput } from './estimate-input.ts';
import { feedJob } from './feed-job.ts';
import { findImplementation } from './find-implementation.ts';
import { isServingPhase } from './is-serving-phase.ts';
import { Job } from './job.ts';
import { listModels } from './list-models.ts';
import { parseInputJson } from './parse-input-json.ts';
import { StateFeed } from './state-feed.ts';
import { tearDown } from './tear-down.ts';

/** How a worker runs its jobs. */
export interface WorkerOptions {
  /** Folder with one folder a job. */
  readonly jobsPath: string;
  /** Scratch for setup and fitness. */
  readonly tmpPath: string;
  /** Holds a folder for each model. @default there are none */
  readonly modelsPath?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** How long a handler may take to stop when the caller does not say. @default 5000 */
  readonly cancelGraceMs?: number | undefined;
  /** Called when a handler did not stop in its grace period. Its slot stays taken until it ends. */
  readonly onDeafHandler?: ((jobId: string) => void) | undefined;
  /** Called when the phase has changed, before anybody is told. */
  readonly onPhase?: ((phase: WorkerPhase) => void) | undefined;
  /** Called when a drain is over: the last job has ended and `teardown` has run. */
  readonly onDrained?: (() => void) | undefined;
}

/** A worker in memory: the service that `serveWorker` puts on a socket. */
export interface Worker extends WorkerService {
  readonly manifest: Manifest;
  readonly state: WorkerState;
  /** How many WatchState calls are open: hosts that are there. */
  readonly watchers: number;
  /** Runs `setup` and `fitness`. Rejects, with the phase `failed`, when one of them does. */
  setup(options?: CallOptions): Promise<void>;
  /** Fails every running job with this error, at once. */
  failJobs(toError: (jobId: string) => ByocError): Promise<void>;
  /** Runs `teardown`, once. */
  close(): Promise<void>;
}

/** Makes a worker of a plugin. It takes jobs once `setup` has resolved. */
export function createWorker(plugin: Plugin, options: WorkerOptions): Worker {
  return new PluginWorker(plugin, options);
}

class PluginWorker implements Worker {
  readonly manifest: Manifest;
  readonly #plugin: Plugin;
  readonly #options: WorkerOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #cancelGraceMs: number;
  readonly #jobs = new Map<string, Job>();
  /** Ids of jobs whose handler still runs: they hold a slot. */
  readonly #busy = new Set<string>();
  /** Jobs kept for late attachers. */
  readonly #ended: EndedJobs;
  readonly #states: StateFeed;
  readonly #drain: Drain;
  readonly #closing = new AbortController();
  #phase: WorkerPhase = 'starting';
  #reason = '';
  /** What the plugin says of itself. */
  #told: SetupResult = {};
  #closed: Promise<void> | undefined;

  constructor(plugin: Plugin, options: WorkerOptions) {
    this.#plugin = plugin;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#cancelGraceMs = options.cancelGraceMs ?? 5000;
    this.manifest = deriveManifest(plugin);
    this.#states = new StateFeed(() => this.state, this.#clock);
    this.#ended = new EndedJobs({
      clock: this.#clock,
      signal: this.#closing.signal,
      onForget: (jobId) => this.#jobs.delete(jobId),
    });
    this.#drain = new Drain({
      clock: this.#clock,
      isIdle: () => this.#busy.size === 0,
      cancelJobs: () => this.#cancelJobs(),
      finish: async () => {
        await tearDown(() => this.close(), { withinMs: this.#cancelGraceMs, clock: this.#clock, logger: this.#logger });
        options.onDrained?.();
      },
    });
  }

  get state(): WorkerState {
    const slotsTotal = this.#slots;
    const taking = this.#phase === 'ready' || this.#phase === 'busy';
    return {
      phase: this.#phase,
      reason: this.#reason,
      slotsTotal,
      slotsFree: taking ? Math.max(0, slotsTotal - this.#busy.size) : 0,
      models: this.#told.models ?? [],
      deviceMemoryBytes: this.#told.deviceMemoryBytes ?? 0,
      details: this.#told.details ?? {},
    };
  }

  get #slots(): number {
    return this.#told.slots ?? this.manifest.concurrency;
  }

  get watchers(): number {
    return this.#states.watchers;
  }

  async setup({ signal = new AbortController().signal }: CallOptions = {}): Promise<void> {
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    this.#enter('warming');
    try {
      const context = {
        ...{ signal: ending, log: this.#logger, tmp: this.#options.tmpPath },
        models: listModels(this.#options.modelsPath),
        report: (change: SetupResult) => this.#report(change),
        fail: (reason: string) => void (isServingPhase(this.#phase) && this.#enter('failed', reason)),
      };
      this.#report((await this.#plugin.setup?.(context)) ?? {});
      await this.#plugin.fitness?.(context);
    } catch (error) {
      if (this.#phase === 'warming') this.#enter('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
    if (this.#phase === 'warming') this.#enter('ready');
  }

  async getInfo() {
    const { name, version } = this.manifest;
    const features = ['attach', 'update', 'estimate-usage'];
    return { name, version, protocols: [WORKER_PROTOCOL], features, sdk: `@byoc/core ${VERSION}` };
  }

  async getManifest() {
    return new TextEncoder().encode(canonicalJson(this.manifest));
  }

  watchState({ signal }: CallOptions = {}): AsyncGenerator<WorkerState, void, undefined> {
    return this.#states.watch(
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]),
    );
  }

  async estimateUsage(
    request: { capability: string; inputJson: Uint8Array },
    { signal = new AbortController().signal }: CallOptions = {},
  ) {
    this.#refuseUnlessReady();
    return estimateInput(findImplementation(this.#plugin, request.capability), request.inputJson, signal);
  }

  async *runJob(
    frames: AsyncIterable<CallerFrame>,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly JobFrame[], void, undefined> {
    const machine = createCallerFrameMachine();
    const incoming = frames[Symbol.asyncIterator]();
    const first = await incoming.next();
    // A stream that ends before `open` is out of order too.
    machine.accept(first.done ? { type: 'end' } : first.value);
    const open = first.value as OpenFrame;
    const job = this.#open(open);
    void feedJob(job, incoming, machine);
    let left = true;
    try {
      yield* job.frames.read(0, signal);
      left = false;
    } catch (error) {
      // It was too slow beside a newer reader: that is no disconnect.
      if (isByocError(error, 'JOB_REPLAY_GONE')) left = false;
      throw error;
    } finally {
      if (left && open.onDisconnect === 'cancel') void job.cancel(this.#cancelled(job.id, 'its caller left'));
    }
  }

  async *attachJob(
    request: { jobId: string; afterSequence: number },
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly JobFrame[], void, undefined> {
    const job = this.#jobs.get(request.jobId);
    if (job === undefined) throw new ByocError('JOB_NOT_FOUND', { jobId: request.jobId });
    yield* job.frames.read(request.afterSequence, signal);
  }

  async cancelJob({ jobId, reason, graceMs }: { jobId: string; reason: string; graceMs: number }) {
    const job = this.#jobs.get(jobId);
    if (job === undefined) throw new ByocError('JOB_NOT_FOUND', { jobId });
    return { cancelled: await job.cancel(this.#cancelled(jobId, reason || 'its caller asked for it'), graceMs) };
  }

  drain({ graceMs }: { graceMs: number }): Promise<void> {
    if (this.#phase !== 'failed' && this.#phase !== 'draining') this.#enter('draining');
    return this.#drain.within(graceMs);
  }

  async failJobs(toError: (jobId: string) => ByocError): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((job) => job.fail(toError(job.id))));
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#closed ??= (async () => this.#plugin.teardown?.())();
    return this.#closed;
  }

  #open(open: OpenFrame): Job {
    if (this.#phase === 'draining') throw new ByocError('WORKER_DRAINING', { plugin: this.manifest.name });
    this.#refuseUnlessReady();
    if (this.#jobs.has(open.jobId)) throw new ByocError('JOB_ALREADY_EXISTS', { jobId: open.jobId });
    if (this.#busy.size >= this.#slots) throw new ByocError('WORKER_BUSY', { slots: this.#slots });
    const implementation = findImplementation(this.#plugin, open.capability);
    if (open.deadline <= this.#clock.now()) {
      throw new ByocError('JOB_DEADLINE_EXCEEDED', {
        jobId: open.jobId,
        deadline: new Date(open.deadline).toISOString(),
      });
    }
    const input = parseInputJson(implementation.capability, open.inputJson, open.jobId);
    const job = new Job({
      open,
      input,
      implementation,
      jobsPath: this.#options.jobsPath,
      clock: this.#clock,
      logger: this.#logger,
      cancelGraceMs: this.#cancelGraceMs,
      onHandlerEnd: () => this.#release(open.jobId),
      onDeaf: () => {
        this.#logger.error({ jobId: open.jobId }, 'handler-ignores-cancel');
        this.#options.onDeafHandler?.(open.jobId);
      },
    });
    this.#jobs.set(open.jobId, job);
    this.#busy.add(open.jobId);
    this.#publish();
    void job.ended.then(() => this.#ended.keep(open.jobId));
    job.start();
    return job;
  }

  #release(jobId: string): void {
    this.#busy.delete(jobId);
    this.#publish();
    if (this.#busy.size === 0) this.#drain.onIdle();
  }

  async #cancelJobs(): Promise<void> {
    const why = 'the worker is shutting down';
    await Promise.all([...this.#jobs.values()].map((job) => job.cancel(this.#cancelled(job.id, why))));
  }

  #refuseUnlessReady(): void {
    if (['starting', 'warming', 'failed'].includes(this.#phase))
      throw new ByocError('WORKER_NOT_READY', { plugin: this.manifest.name, phase: this.#phase });
  }

  #report(change: SetupResult): void {
    this.#told = { ...this.#told, ...change };
    this.#publish();
  }

  #enter(phase: WorkerPhase, reason = ''): void {
    this.#reason = reason;
    this.#publish(phase);
  }

  #publish(next: WorkerPhase = this.#phase): void {
    const before = this.#phase;
    this.#phase = isServingPhase(next) ? (this.#busy.size < this.#slots ? 'ready' : 'busy') : next;
    if (this.#phase !== before) this.#options.onPhase?.(this.#phase);
    this.#states.changed();
  }

  #cancelled(jobId: string, reason: string): ByocError {
    return new ByocError('JOB_CANCELLED', { jobId, reason });
  }
}
