import { randomBytes } from 'node:crypto';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { WorkerState } from '../../protocol/worker-service.ts';
import type {
  PluginSource,
  ResolvedPlugin,
  RuntimeProgress,
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
import type { HostedPlugin, PluginPrices } from '../plugin-host.ts';
import { bringModels } from './bring-models.ts';
import { Changes } from './changes.ts';
import { linkWorker, type WorkerLink } from './hosted-worker-link.ts';
import { isHostLost } from './is-host-lost.ts';
import { logPhaseChange } from './log-phase-change.ts';
import { Removals } from './removals.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

/** Longer than any model takes; the clock holds no more than 24 days. */
const MODELS_MS = 20 * 24 * 3_600_000;

/** Keeps one version of one plugin alive: runs the transition function and does what it says. */
export class PluginSupervisor {
  readonly resolved: ResolvedPlugin;
  readonly source: PluginSource;
  prices: PluginPrices;
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
  #onProgress: ((progress: RuntimeProgress) => void) | undefined;
  readonly #removals: Removals;
  readonly #changed = new Changes();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.resolved = options.resolved;
    this.source = options.source;
    this.prices = options.prices;
    const { clock, logger, resolved } = options;
    this.#removals = new Removals({ clock, logger, plugin: resolved.manifest.name, closing: this.#closing.signal });
  }

  get snapshot(): HostedPlugin {
    const { manifest, digest, artifact } = this.resolved;
    const link = this.#link;
    const serving = link !== undefined && (this.#state.phase === 'ready' || this.#state.phase === 'busy');
    return {
      pluginId: manifest.name,
      manifest,
      digest,
      imageDigest: /^sha256:[0-9a-f]{64}$/.test(artifact) ? artifact : '',
      source: this.source,
      prices: this.prices,
      environment: this.#options.environment,
      models: this.#options.models,
      resources: this.#options.resources,
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

  /** `onProgress`: told of models that have to be fetched first. */
  start({ onProgress }: { onProgress?: (progress: RuntimeProgress) => void } = {}): void {
    this.#onProgress = onProgress;
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
    const { clock, waits } = this.#options;
    const withinMs = options.withinMs ?? waits.readyWithinMs;
    const isSettled = () => {
      const { phase, hasWorker } = this.#state;
      if (phase === 'ready' || phase === 'busy') return true;
      if ((phase === 'failed' || phase === 'quarantined' || phase === 'stopped') && !hasWorker) throw this.#explain();
      return false;
    };
    const isPulling = () => this.#state.phase === 'pulling';
    let inTime: boolean;
    do {
      // A model may take hours to come; the time for getting ready begins after it.
      await this.#changed.until(() => !isPulling(), { withinMs: MODELS_MS, clock, signal: options.signal });
      const isNext = () => isSettled() || isPulling();
      inTime = await this.#changed.until(isNext, { withinMs, clock, signal: options.signal });
    } while (inTime && isPulling());
    if (inTime) return;
    const logTail = [...((await this.#link?.started.logs({ tail: 10 }).catch(() => [])) ?? [])];
    const { phase } = this.#state;
    const plugin = this.resolved.manifest.name;
    throw new ByocError('WORKER_NEVER_READY', { plugin, phase, waitedMs: withinMs, logTail });
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
    await this.#removals.done();
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
      if (link === undefined) await this.#changed.next();
      else yield* link.started.followLogs({ signal: AbortSignal.any([signal, link.gone]) });
    }
  }

  #send(event: PluginEvent): void {
    const before = this.#state;
    const { state, effects } = transitionPlugin(before, event, this.#options.random());
    this.#state = state;
    if (state !== before) {
      if (state.phase !== before.phase) {
        logPhaseChange(this.#options.logger, this.resolved.manifest.name, before, state);
        if (state.phase === 'ready') this.#timeToWarmMs ??= this.#options.clock.now() - this.#startedAt;
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
    const { runtime, ownerId, clock, jobsDirectory, waits, logger, resources } = this.#options;
    const { manifest } = this.resolved;
    const workerId = `${this.resolved.manifest.name.replaceAll('/', '-').slice(0, 30)}-${randomBytes(4).toString('hex')}`;
    this.#failure = undefined;
    try {
      const models = await bringModels({
        ...{ manifest, models: this.#options.models, store: this.#options.modelStore, logger },
        signal: this.#closing.signal,
        onProgress: (progress) => {
          this.#send({ type: 'pull' });
          this.#onProgress?.(progress);
        },
      });
      this.#send({ type: 'pulled' });
      this.#startedAt = clock.now();
      const workerDirectory = this.#options.workerDirectory(workerId);
      const environment = { ...this.#options.environment, BYOC_HOST_GRACE_MS: String(waits.hostGraceMs) };
      const spec = { workerId, ownerId, plugin: this.resolved, workerDirectory, jobsDirectory };
      const started = await runtime.start({ ...spec, models, environment, resources });
      this.#follow(started);
      if (this.#closing.signal.aborted) this.#stopWorker();
    } catch (error) {
      if (!this.#closing.signal.aborted) logger.error({ err: error, plugin: manifest.name }, 'worker-start-failed');
      this.#failure = isByocError(error) ? error : undefined;
      const reason = isByocError(error) ? error.shortMessage : String(error);
      this.#send(isHostLost(error) ? { type: 'host-lost', reason } : { type: 'worker-ended', reason, at: clock.now() });
    }
  }

  #follow(started: StartedWorker): void {
    const { clock, connect, waits } = this.#options;
    const isCurrent = () => this.#link?.started === started;
    this.#link = linkWorker(started, {
      manifest: this.resolved.manifest,
      connect,
      clock,
      waits,
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
          if (isCurrent()) this.#ended(started, exit);
        },
      },
    });
  }

  #lose(current: boolean, error: ByocError): void {
    if (!current) return;
    this.#failure = error;
    this.#send({ type: 'worker-unhealthy', reason: error.shortMessage, at: this.#options.clock.now() });
  }

  #ended(started: StartedWorker, exit: WorkerExit): void {
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
    this.#removals.remove(started, 0);
    this.#send({
      type: 'worker-ended',
      reason: new ByocError('WORKER_ENDED', facts).shortMessage,
      at: this.#options.clock.now(),
    });
  }

  #stopWorker(): void {
    if (this.#link !== undefined) this.#removals.remove(this.#link.started, this.#options.waits.stopGraceMs);
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
    const logTail = [...this.#lastLogTail];
    const plugin = this.resolved.manifest.name;
    return new ByocError('WORKER_START_FAILED', { plugin, exitCode: null, signal: null, outOfMemory: false, logTail });
  }

  #published(): void {
    this.#changed.wake();
    this.#options.onChange();
  }
}
