import { canonicalJson } from '../capability/canonical-json.ts';
import { estimateUsage } from '../capability/estimate-usage.ts';
import { parseInput } from '../capability/parse-input.ts';
import { ByocError, isByocError } from '../errors/byoc-error.ts';
import { deriveManifest } from '../manifest/derive-manifest.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Implementation, Plugin } from '../manifest/plugin.ts';
import { WORKER_PROTOCOL } from '../manifest/worker-protocol.ts';
import { type Clock, systemClock } from '../primitives/clock.ts';
import { type Logger, silentLogger } from '../primitives/logger.ts';
import type { CallerFrame, JobFrame, OpenFrame } from '../protocol/frames.ts';
import { createCallerFrameMachine } from '../protocol/machine/create-caller-frame-machine.ts';
import type { CallOptions, WorkerPhase, WorkerService, WorkerState } from '../protocol/worker-service.ts';
import { Job } from './job.ts';

/** Ended jobs kept for late attachers at most. */
const ENDED_JOBS_MAX = 256;
/** How long an ended job is kept. */
const ENDED_JOB_KEEP_MS = 60_000;

/** Slots that come and go are told at most this often: a small job must not cost two more messages. */
const SLOTS_TOLD_EVERY_MS = 50;

/** How a worker runs its jobs. */
export interface WorkerOptions {
  /** Folder with one folder a job. */
  readonly jobsPath: string;
  /** Scratch for setup and fitness. */
  readonly tmpPath: string;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** How long a handler may take to stop when the caller does not say. @default 5000 */
  readonly cancelGraceMs?: number | undefined;
  /** Called when a handler did not stop in its grace period. Its slot stays taken until it ends. */
  readonly onDeafHandler?: ((jobId: string) => void) | undefined;
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
  readonly #jobs = new Map<string, Job>();
  /** Ids of jobs whose handler still runs: they hold a slot. */
  readonly #busy = new Set<string>();
  /** Jobs kept for late attachers, the oldest first. */
  readonly #ended: { readonly jobId: string; readonly at: number }[] = [];
  #forgetting = false;
  readonly #watchers = new Set<() => void>();
  readonly #idle = new Set<() => void>();
  readonly #closing = new AbortController();
  #phase: WorkerPhase = 'starting';
  #reason = '';
  #details: WorkerState['details'] = {};
  #models: readonly string[] = [];
  #closed: Promise<void> | undefined;

  constructor(plugin: Plugin, options: WorkerOptions) {
    this.#plugin = plugin;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.manifest = deriveManifest(plugin);
  }

  get state(): WorkerState {
    const slotsTotal = this.manifest.concurrency;
    const taking = this.#phase === 'ready' || this.#phase === 'busy';
    return {
      phase: this.#phase,
      reason: this.#reason,
      slotsTotal,
      slotsFree: taking ? Math.max(0, slotsTotal - this.#busy.size) : 0,
      models: this.#models,
      deviceMemoryBytes: 0,
      details: this.#details,
    };
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  async setup({ signal = new AbortController().signal }: CallOptions = {}): Promise<void> {
    const context = { signal, log: this.#logger, tmp: this.#options.tmpPath };
    this.#enter('warming');
    try {
      const result = await this.#plugin.setup?.(context);
      this.#details = result?.details ?? {};
      this.#models = result?.models ?? [];
      await this.#plugin.fitness?.(context);
    } catch (error) {
      this.#enter('failed', error instanceof Error ? error.message : String(error));
      throw error;
    }
    if (this.#phase === 'warming') this.#enter('ready');
  }

  async getInfo() {
    const features = ['attach', 'update', 'estimate-usage'];
    return {
      name: this.manifest.name,
      version: this.manifest.version,
      protocols: [WORKER_PROTOCOL],
      features,
      sdk: '@byoc/core',
    };
  }

  async getManifest() {
    return new TextEncoder().encode(canonicalJson(this.manifest));
  }

  async *watchState({ signal }: CallOptions = {}): AsyncGenerator<WorkerState, void, undefined> {
    let changed = true;
    let wake = () => {};
    const onChange = () => {
      changed = true;
      wake();
    };
    this.#watchers.add(onChange);
    signal?.addEventListener('abort', onChange, { once: true });
    let told: { readonly phase: WorkerPhase; readonly at: number } | undefined;
    try {
      while (!signal?.aborted) {
        if (changed) {
          if (told !== undefined && isServing(told.phase)) {
            const hurry = new AbortController();
            wake = () => {
              if (signal?.aborted || !isServing(this.#phase)) hurry.abort(null);
            };
            wake();
            const pauseMs = told.at + SLOTS_TOLD_EVERY_MS - this.#clock.now();
            if (pauseMs > 0) await this.#clock.sleep(pauseMs, { signal: hurry.signal, unref: true }).catch(() => {});
            if (signal?.aborted) return;
          }
          changed = false;
          told = { phase: this.#phase, at: this.#clock.now() };
          yield this.state;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(onChange);
    }
  }

  async estimateUsage(
    request: { capability: string; inputJson: Uint8Array },
    { signal = new AbortController().signal }: CallOptions = {},
  ) {
    const { capability, estimate } = this.#find(request.capability);
    const input = parseInput(capability, JSON.parse(new TextDecoder().decode(request.inputJson)));
    if (estimate) return estimate(input, signal);
    const bounds = Object.entries(estimateUsage(capability.contract, input));
    return Object.fromEntries(bounds.filter((bound): bound is [string, bigint] => bound[1] !== undefined));
  }

  async *runJob(
    frames: AsyncIterable<CallerFrame>,
    { signal }: CallOptions = {},
  ): AsyncGenerator<readonly JobFrame[], void, undefined> {
    const machine = createCallerFrameMachine();
    const incoming = frames[Symbol.asyncIterator]();
    const first = await incoming.next();
    if (first.done) return;
    machine.accept(first.value);
    const open = first.value as OpenFrame;
    const job = this.#open(open);
    void this.#feed(job, incoming, machine);
    let finished = false;
    try {
      yield* job.frames.read(0, signal);
      finished = true;
    } finally {
      if (!finished && open.onDisconnect === 'cancel') void job.cancel(this.#cancelled(job.id, 'its caller left'));
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

  async drain({ graceMs }: { graceMs: number }, { signal }: CallOptions = {}): Promise<void> {
    if (this.#phase !== 'failed') this.#enter('draining');
    if (this.#busy.size === 0) return;
    const timer = new AbortController();
    signal?.addEventListener('abort', () => timer.abort(), { once: true });
    const overdue = this.#clock.sleep(graceMs, { signal: timer.signal }).then(
      () => true,
      () => false,
    );
    if (await Promise.race([overdue, this.#whenIdle().then(() => false)])) {
      await Promise.all(
        [...this.#jobs.values()].map((job) => job.cancel(this.#cancelled(job.id, 'the worker is shutting down'))),
      );
    }
    timer.abort();
  }

  async failJobs(toError: (jobId: string) => ByocError): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((job) => job.fail(toError(job.id))));
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#closed ??= Promise.resolve(this.#plugin.teardown?.());
    return this.#closed;
  }

  #open(open: OpenFrame): Job {
    const name = this.manifest.name;
    if (this.#phase === 'draining') throw new ByocError('WORKER_DRAINING', { plugin: name });
    if (this.#phase !== 'ready' && this.#phase !== 'busy')
      throw new ByocError('WORKER_NOT_READY', { plugin: name, phase: this.#phase });
    if (this.#jobs.has(open.jobId)) throw new ByocError('JOB_ALREADY_EXISTS', { jobId: open.jobId });
    if (this.#busy.size >= this.manifest.concurrency)
      throw new ByocError('WORKER_BUSY', { slots: this.manifest.concurrency });
    const implementation = this.#find(open.capability);
    if (open.deadline <= this.#clock.now()) {
      throw new ByocError('JOB_DEADLINE_EXCEEDED', {
        jobId: open.jobId,
        deadline: new Date(open.deadline).toISOString(),
      });
    }
    const job = new Job({
      open,
      implementation,
      jobsPath: this.#options.jobsPath,
      clock: this.#clock,
      logger: this.#logger,
      cancelGraceMs: this.#options.cancelGraceMs ?? 5000,
      onHandlerEnd: () => this.#release(open.jobId),
      onDeaf: () => {
        this.#logger.error({ jobId: open.jobId }, 'handler-ignores-cancel');
        this.#options.onDeafHandler?.(open.jobId);
      },
    });
    this.#jobs.set(open.jobId, job);
    this.#busy.add(open.jobId);
    this.#publish();
    void job.ended.then(() => this.#keepEnded(open.jobId));
    job.start();
    return job;
  }

  /** Hands on the caller's frames; a frame that breaks the protocol ends the job. */
  async #feed(
    job: Job,
    incoming: AsyncIterator<CallerFrame>,
    machine: { accept(frame: CallerFrame): void },
  ): Promise<void> {
    try {
      for (;;) {
        const next = await incoming.next();
        if (next.done) return;
        machine.accept(next.value);
        if (next.value.type !== 'open') await job.accept(next.value);
      }
    } catch (error) {
      // A caller that is gone is seen by the reader of the frames, which knows what is to happen then.
      if (isByocError(error) && !['CALLER_GONE', 'CONNECTION_LOST', 'JOB_CANCELLED'].includes(error.code))
        await job.fail(error);
    }
  }

  #release(jobId: string): void {
    this.#busy.delete(jobId);
    this.#publish();
    if (this.#busy.size === 0) {
      for (const resolve of this.#idle) resolve();
      this.#idle.clear();
    }
  }

  #keepEnded(jobId: string): void {
    this.#ended.push({ jobId, at: this.#clock.now() });
    if (this.#ended.length > ENDED_JOBS_MAX) this.#forgetOldest();
    if (!this.#forgetting) void this.#forgetInTime();
  }

  /** One timer for all: one for each job would cost more than a small job itself. */
  async #forgetInTime(): Promise<void> {
    this.#forgetting = true;
    try {
      for (let oldest = this.#ended[0]; oldest !== undefined; oldest = this.#ended[0]) {
        const leftMs = oldest.at + ENDED_JOB_KEEP_MS - this.#clock.now();
        if (leftMs <= 0) this.#forgetOldest();
        else await this.#clock.sleep(leftMs, { signal: this.#closing.signal, unref: true });
      }
    } catch {
      // The worker closes.
    } finally {
      this.#forgetting = false;
    }
  }

  #forgetOldest(): void {
    const oldest = this.#ended.shift();
    if (oldest !== undefined) this.#jobs.delete(oldest.jobId);
  }

  #whenIdle(): Promise<void> {
    return this.#busy.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.add(resolve));
  }

  #find(reference: string): Implementation {
    const found = this.#plugin.implementations.find(({ capability }) => capability.reference === reference);
    if (found) return found;
    throw new ByocError('CAPABILITY_UNKNOWN', {
      capability: reference,
      known: this.#plugin.implementations.map(({ capability }) => capability.reference),
    });
  }

  #enter(phase: WorkerPhase, reason = ''): void {
    this.#phase = phase;
    this.#reason = reason;
    this.#publish();
  }

  #publish(): void {
    if (this.#phase === 'ready' || this.#phase === 'busy')
      this.#phase = this.#busy.size < this.manifest.concurrency ? 'ready' : 'busy';
    for (const changed of this.#watchers) changed();
  }

  #cancelled(jobId: string, reason: string): ByocError {
    return new ByocError('JOB_CANCELLED', { jobId, reason });
  }
}

function isServing(phase: WorkerPhase): boolean {
  return phase === 'ready' || phase === 'busy';
}
