import { randomBytes } from 'node:crypto';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { WorkerState } from '../../protocol/worker-service.ts';
import type {
  ContainerRuntime,
  PluginSource,
  ResolvedPlugin,
  StartedWorker,
  WorkerExit,
} from '../../runtime/container-runtime.ts';
import {
  installedPlugin,
  type PluginEffect,
  type PluginEvent,
  type PluginState,
  transitionPlugin,
} from '../lifecycle/plugin-transition.ts';
import type { HostedPlugin } from '../plugin-host.ts';
import { linkWorker, type WorkerConnection, type WorkerLink } from './hosted-worker-link.ts';

/** How long a worker may take until it is ready. */
export const READY_WITHIN_MS = 10 * 60_000;
/** After a worker was asked to end, it is killed. */
const STOP_GRACE_MS = 10_000;

/** What a supervisor needs. */
export interface SupervisorOptions {
  readonly runtime: ContainerRuntime;
  readonly resolved: ResolvedPlugin;
  readonly source: PluginSource;
  readonly price: PriceSheet;
  readonly ownerId: string;
  readonly jobsDirectory: string;
  readonly workerDirectory: (workerId: string) => string;
  readonly connect: (worker: StartedWorker) => WorkerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly onChange: () => void;
}

/** Keeps one version of one plugin alive: runs the transition function and does what it says. */
export class PluginSupervisor {
  readonly resolved: ResolvedPlugin;
  readonly source: PluginSource;
  price: PriceSheet;
  readonly #options: SupervisorOptions;
  readonly #closing = new AbortController();
  #state: PluginState = installedPlugin;
  #link: WorkerLink | undefined;
  #workerState: WorkerState | undefined;
  #startedAt = 0;
  #timeToWarmMs: number | undefined;
  /** Why the last worker was not kept: what an installer is told. */
  #failure: ByocError | undefined;
  #lastLogTail: readonly string[] = [];
  /** The end of the worker that is being ended. */
  #stopping: Promise<void> | undefined;
  readonly #changed = new Set<() => void>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.resolved = options.resolved;
    this.source = options.source;
    this.price = options.price;
  }

  get snapshot(): HostedPlugin {
    const { manifest, digest } = this.resolved;
    const link = this.#link;
    const serving = link !== undefined && (this.#state.phase === 'ready' || this.#state.phase === 'busy');
    return {
      pluginId: manifest.name,
      manifest,
      digest,
      source: this.source,
      price: this.price,
      phase: this.#state.phase,
      reason: this.#state.reason,
      jobsDirectory: this.#options.jobsDirectory,
      workerState: this.#workerState,
      worker: serving
        ? {
            workerId: link.started.workerId,
            service: link.connection,
            jobsPath: link.started.jobsPath,
            gone: link.gone,
          }
        : undefined,
      restarts: this.#state.restarts,
      timeToWarmMs: this.#timeToWarmMs,
    };
  }

  start(): void {
    this.#send({ type: 'start' });
  }

  /** Goes on with a worker of an earlier host. */
  adopt(started: StartedWorker): void {
    this.#state = { ...this.#state, phase: 'starting', hasWorker: true };
    this.#startedAt = this.#options.clock.now();
    this.#follow(started);
    this.#options.onChange();
  }

  /** Resolves when jobs can be taken; rejects at the first failure, explained. */
  async ready(options: { signal?: AbortSignal | undefined; withinMs?: number } = {}): Promise<void> {
    const withinMs = options.withinMs ?? READY_WITHIN_MS;
    const timer = new AbortController();
    const { clock } = this.#options;
    let late = false;
    const timeout = clock.sleep(withinMs, { signal: timer.signal, unref: true }).then(
      () => {
        late = true;
        this.#wake();
      },
      () => {},
    );
    const onAbort = () => this.#wake();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      for (;;) {
        options.signal?.throwIfAborted();
        const { phase } = this.#state;
        if (phase === 'ready' || phase === 'busy') return;
        if ((phase === 'failed' || phase === 'quarantined' || phase === 'stopped') && !this.#state.hasWorker)
          throw this.#explain();
        if (late) {
          const logTail = [...((await this.#link?.started.logs({ tail: 10 }).catch(() => [])) ?? [])];
          throw new ByocError('WORKER_NEVER_READY', {
            plugin: this.resolved.manifest.name,
            phase,
            waitedMs: withinMs,
            logTail,
          });
        }
        await new Promise<void>((resolve) => this.#changed.add(resolve));
      }
    } finally {
      timer.abort();
      await timeout;
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Drains the worker and ends it. Idempotent. */
  async stop(graceMs: number): Promise<void> {
    this.#closing.abort();
    const link = this.#link;
    if (link !== undefined && graceMs > 0 && (this.#state.phase === 'ready' || this.#state.phase === 'busy')) {
      this.#state = { ...this.#state, phase: 'draining' };
      this.#published();
      await link.connection.drain({ graceMs }, { signal: link.gone }).catch(() => {});
      this.#stopWorker();
    } else {
      this.#send({ type: 'stop' });
    }
    await this.#stopping;
    if (this.#state.phase !== 'stopped') {
      this.#state = { ...this.#state, phase: 'stopped', hasWorker: false };
      this.#published();
    }
  }

  /** Lets the worker run on without this host. */
  release(): void {
    this.#closing.abort();
    this.#link?.release();
  }

  async logs(tail: number): Promise<readonly string[]> {
    return (await this.#link?.started.logs({ tail })) ?? this.#lastLogTail.slice(-tail);
  }

  async *followLogs(signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    while (!signal.aborted && !this.#closing.signal.aborted) {
      const link = this.#link;
      if (link === undefined) await new Promise<void>((resolve) => this.#changed.add(resolve));
      else yield* link.started.followLogs({ signal: AbortSignal.any([signal, link.gone]) });
    }
  }

  #send(event: PluginEvent): void {
    const before = this.#state;
    const { state, effects } = transitionPlugin(before, event, this.#options.random());
    this.#state = state;
    if (state !== before) {
      if (state.phase !== before.phase) {
        const { name } = this.resolved.manifest;
        const fields = {
          plugin: name,
          from: before.phase,
          to: state.phase,
          ...(state.reason === '' ? {} : { reason: state.reason }),
        };
        if (state.phase === 'failed' || state.phase === 'quarantined')
          this.#options.logger.warn(fields, 'plugin-phase-changed');
        else this.#options.logger.info(fields, 'plugin-phase-changed');
        if (state.phase === 'ready' && this.#timeToWarmMs === undefined)
          this.#timeToWarmMs = this.#options.clock.now() - this.#startedAt;
      }
      this.#published();
    }
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: PluginEffect): void {
    if (effect.type === 'start-worker') void this.#startWorker();
    else if (effect.type === 'stop-worker') this.#stopWorker();
    else void this.#retryAfter(effect.delayMs);
  }

  async #startWorker(): Promise<void> {
    const { runtime, ownerId, clock, jobsDirectory } = this.#options;
    const workerId = `${this.resolved.manifest.name.replaceAll('/', '-').slice(0, 30)}-${randomBytes(4).toString('hex')}`;
    this.#startedAt = clock.now();
    this.#failure = undefined;
    try {
      const workerDirectory = this.#options.workerDirectory(workerId);
      const started = await runtime.start({ workerId, ownerId, plugin: this.resolved, workerDirectory, jobsDirectory });
      this.#follow(started);
      if (this.#closing.signal.aborted) this.#stopWorker();
    } catch (error) {
      this.#options.logger.error({ err: error, plugin: this.resolved.manifest.name }, 'worker-start-failed');
      this.#failure = isByocError(error) ? error : undefined;
      this.#send({
        type: 'worker-ended',
        reason: isByocError(error) ? error.shortMessage : String(error),
        at: clock.now(),
      });
    }
  }

  #follow(started: StartedWorker): void {
    const { clock, connect } = this.#options;
    const isCurrent = () => this.#link?.started === started;
    this.#link = linkWorker(started, {
      manifest: this.resolved.manifest,
      connect,
      clock,
      events: {
        onState: (state) => {
          if (!isCurrent()) return;
          this.#workerState = state;
          if (state.phase === 'failed') {
            this.#failure = new ByocError('WORKER_SETUP_FAILED', {
              plugin: this.resolved.manifest.name,
              reason: state.reason,
              logTail: [],
            });
          }
          const before = this.#state;
          this.#send({ type: 'worker-state', phase: state.phase, reason: state.reason, at: clock.now() });
          // Slots changed, the phase did not.
          if (before === this.#state) this.#published();
        },
        onSilent: (error) => this.#lose(isCurrent(), error),
        onMismatch: (error) => this.#lose(isCurrent(), error),
        onExit: (exit) => {
          if (isCurrent()) void this.#ended(started, exit);
        },
      },
    });
  }

  #lose(current: boolean, error: ByocError): void {
    if (!current) return;
    this.#failure = error;
    this.#send({ type: 'worker-unhealthy', reason: error.shortMessage, at: this.#options.clock.now() });
  }

  async #ended(started: StartedWorker, exit: WorkerExit): Promise<void> {
    const plugin = this.resolved.manifest.name;
    const facts = {
      plugin,
      exitCode: exit.exitCode ?? null,
      signal: exit.signal ?? null,
      outOfMemory: exit.outOfMemory,
      logTail: [...exit.logTail],
    };
    this.#lastLogTail = exit.logTail;
    this.#failure ??= new ByocError('WORKER_START_FAILED', facts);
    this.#link = undefined;
    this.#workerState = undefined;
    // Known at once to whoever chooses a worker; what this one left is removed meanwhile.
    this.#stopping ??= started.stop({ graceMs: 0 });
    const removed = this.#stopping;
    this.#send({
      type: 'worker-ended',
      reason: new ByocError('WORKER_ENDED', facts).shortMessage,
      at: this.#options.clock.now(),
    });
    await removed.catch((error: unknown) =>
      this.#options.logger.error({ err: error, plugin }, 'worker-removal-failed'),
    );
    if (this.#stopping === removed) this.#stopping = undefined;
  }

  #stopWorker(): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#stopping = link.started.stop({ graceMs: STOP_GRACE_MS });
    this.#stopping.catch((error: unknown) => this.#options.logger.error({ err: error }, 'worker-stop-failed'));
  }

  async #retryAfter(delayMs: number): Promise<void> {
    await this.#options.clock.sleep(delayMs, { signal: this.#closing.signal, unref: true }).then(
      () => this.#send({ type: 'retry-due' }),
      () => {},
    );
  }

  #explain(): ByocError {
    const failure = this.#failure;
    if (failure !== undefined) return failure;
    const facts = {
      plugin: this.resolved.manifest.name,
      exitCode: null,
      signal: null,
      outOfMemory: false,
      logTail: [...this.#lastLogTail],
    };
    return new ByocError('WORKER_START_FAILED', facts);
  }

  #published(): void {
    this.#wake();
    this.#options.onChange();
  }

  #wake(): void {
    for (const wake of this.#changed) wake();
    this.#changed.clear();
  }
}
