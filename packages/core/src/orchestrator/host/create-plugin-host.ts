import { mkdir, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { EventEmitter } from 'eventemitter3';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type {
  ContainerRuntime,
  ResolvedPlugin,
  RuntimeProgress,
  StartedWorker,
} from '../../runtime/container-runtime.ts';
import type { ModelStore } from '../models/model-store.ts';
import { planPluginPrices } from '../payment/plan-plugin-prices.ts';
import type { HostedPlugin, PluginHost, PluginHostEvents } from '../plugin-host.ts';
import type { PluginRow, PluginRows } from '../store/plugin-rows.ts';
import type { WorkerConnection } from './hosted-worker-link.ts';
import { PluginSupervisor } from './plugin-supervisor.ts';
import type { SupervisorOptions } from './supervisor-options.ts';
import { defaultWorkerWaits, type WorkerWaits } from './worker-waits.ts';

/** An old version that was replaced ends its jobs for so long. */
const REPLACED_GRACE_MS = 10 * 60_000;
/** An adopted worker tells its state at once; one that does not is looked after in the background. */
const ADOPTED_READY_MS = 30_000;

/** What a plugin host stands on. */
export interface PluginHostOptions {
  readonly runtime: ContainerRuntime;
  readonly plugins: PluginRows;
  /** Closed by the caller. */
  readonly modelStore: ModelStore;
  /** Workers of another owner are never touched. */
  readonly ownerId: string;
  /** Host folder with one folder a job, for a plugin. */
  readonly jobsDirectory: (pluginId: string) => string;
  /** Host folder of a worker's own. */
  readonly workerDirectory: (workerId: string) => string;
  readonly connect: (worker: StartedWorker) => WorkerConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default defaultWorkerWaits */
  readonly waits?: Partial<WorkerWaits> | undefined;
  /** 0 to 1. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What an operator says at an install. */
type Installed = Pick<SupervisorOptions, 'source' | 'prices' | 'environment' | 'models' | 'resources'>;

/** Makes the host of an orchestrator's plugins. Nothing runs before `start` or `install`. */
export function createPluginHost(options: PluginHostOptions): PluginHost {
  const { runtime, plugins: rows, clock, logger } = options;
  const events = new EventEmitter<PluginHostEvents>();
  const supervisors = new Map<string, PluginSupervisor>();
  /** Replaced versions that end their last jobs. */
  const retiring = new Set<Promise<void>>();
  const installing = new Map<string, Promise<unknown>>();

  function supervise(resolved: ResolvedPlugin, from: Installed): PluginSupervisor {
    const pluginId = resolved.manifest.name;
    const supervisor: PluginSupervisor = new PluginSupervisor({
      ...{ runtime, resolved, clock, logger },
      ...from,
      ownerId: options.ownerId,
      modelStore: options.modelStore,
      jobsDirectory: options.jobsDirectory(pluginId),
      workerDirectory: options.workerDirectory,
      connect: options.connect,
      random: options.random ?? Math.random,
      waits: { ...defaultWorkerWaits, ...options.waits },
      onChange: () => {
        if (supervisors.get(pluginId) === supervisor) events.emit('plugin-changed', supervisor.snapshot);
      },
    });
    return supervisor;
  }

  function find(pluginId: string): PluginSupervisor {
    const found = supervisors.get(pluginId);
    if (found) return found;
    throw new ByocError('PLUGIN_NOT_FOUND', { plugin: pluginId, installed: [...supervisors.keys()] });
  }

  async function adoptAll(): Promise<void> {
    const adopted = await runtime.adopt(options.ownerId);
    const waits: Promise<unknown>[] = [];
    for (const worker of adopted) {
      const supervisor = [...supervisors.values()].find((each) => each.resolved.digest === worker.digest);
      if (supervisor === undefined || supervisor.snapshot.phase !== 'installed') {
        logger.warn({ workerId: worker.workerId }, 'unknown-worker-ended');
        await worker.stop({ graceMs: 0 });
        continue;
      }
      supervisor.adopt(worker);
      waits.push(
        supervisor.ready({ withinMs: ADOPTED_READY_MS }).then(
          () => events.emit('worker-adopted', supervisor.snapshot),
          (error: unknown) => logger.warn({ err: error, workerId: worker.workerId }, 'adopted-worker-not-ready'),
        ),
      );
    }
    await Promise.all(waits);
  }

  async function install(
    resolved: ResolvedPlugin,
    from: Installed,
    { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress: (progress: RuntimeProgress) => void },
  ): Promise<HostedPlugin> {
    const pluginId = resolved.manifest.name;
    const current = supervisors.get(pluginId);
    const row: PluginRow = {
      ...{ pluginId, manifest: resolved.manifest, artifact: resolved.artifact, digest: resolved.digest },
      ...from,
      installedAt: clock.now(),
    };
    const { environment, models, resources } = from;
    const same =
      current?.resolved.digest === resolved.digest &&
      isDeepStrictEqual(pick(current.snapshot), { environment, models, resources });
    if (current !== undefined && same && ['ready', 'busy'].includes(current.snapshot.phase)) {
      current.prices = from.prices;
      rows.put(row);
      events.emit('plugin-changed', current.snapshot);
      return current.snapshot;
    }
    await mkdir(options.jobsDirectory(pluginId), { recursive: true, mode: 0o700 });
    const next = supervise(resolved, from);
    if (current === undefined) supervisors.set(pluginId, next);
    try {
      next.start({ onProgress });
      await next.ready({ signal });
    } catch (error) {
      await next.stop(0);
      if (current === undefined) {
        supervisors.delete(pluginId);
        events.emit('plugin-removed', pluginId);
        await rm(options.jobsDirectory(pluginId), { recursive: true, force: true });
      }
      if (current?.resolved.digest !== resolved.digest) await runtime.remove(resolved).catch(() => {});
      throw error;
    }
    // The new version serves before the old one is told to drain: no moment without a worker.
    rows.put(row);
    supervisors.set(pluginId, next);
    events.emit('plugin-changed', next.snapshot);
    if (current !== undefined) {
      const retired = current
        .stop(REPLACED_GRACE_MS)
        .then(() => (current.resolved.digest === resolved.digest ? undefined : runtime.remove(current.resolved)))
        .catch((error: unknown) => logger.error({ err: error, plugin: pluginId }, 'old-version-stop-failed'));
      retiring.add(retired);
      void retired.then(() => retiring.delete(retired));
    }
    return next.snapshot;
  }

  /** One install of a plugin at a time. */
  function inTurn<T>(pluginId: string, run: () => Promise<T>): Promise<T> {
    const before = installing.get(pluginId) ?? Promise.resolve();
    const turn = before.then(run, run);
    installing.set(pluginId, turn);
    return turn;
  }

  return {
    async start() {
      for (const row of rows.list()) {
        supervisors.set(
          row.pluginId,
          supervise({ manifest: row.manifest, artifact: row.artifact, digest: row.digest }, row),
        );
      }
      await adoptAll();
      for (const [pluginId, supervisor] of supervisors) {
        await mkdir(options.jobsDirectory(pluginId), { recursive: true, mode: 0o700 });
        if (supervisor.snapshot.phase === 'installed') supervisor.start();
      }
    },
    list: () => [...supervisors.values()].map((supervisor) => supervisor.snapshot),
    get: (pluginId) => supervisors.get(pluginId)?.snapshot,
    async install(source, { price, environment, models, resources, signal, onProgress = () => {} } = {}) {
      const resolved = await runtime.resolve(source, { signal, onProgress });
      onProgress({ stage: 'start', message: `starting ${resolved.manifest.name} ${resolved.manifest.version}` });
      return inTurn(resolved.manifest.name, async () => {
        // A new version costs what the one before it did, with the same settings, unless the operator says otherwise.
        const before = supervisors.get(resolved.manifest.name)?.snapshot;
        const prices = planPluginPrices(before?.prices, resolved.manifest, { price });
        const settings = environment ?? before?.environment ?? {};
        const from = {
          ...{ source, prices, environment: settings, models: models ?? before?.models ?? [] },
          resources: { ...before?.resources, ...resources },
        };
        return install(resolved, from, { signal, onProgress });
      });
    },
    setPrice(pluginId, change) {
      const supervisor = find(pluginId);
      const prices = planPluginPrices(supervisor.prices, supervisor.resolved.manifest, change);
      const row = rows.list().find((one) => one.pluginId === pluginId);
      if (row !== undefined) rows.put({ ...row, prices });
      supervisor.prices = prices;
      events.emit('plugin-changed', supervisor.snapshot);
      return supervisor.snapshot;
    },
    remove: (pluginId, { graceMs }) =>
      inTurn(pluginId, async () => {
        const supervisor = find(pluginId);
        await supervisor.stop(graceMs);
        rows.remove(pluginId);
        supervisors.delete(pluginId);
        events.emit('plugin-removed', pluginId);
        await runtime.remove(supervisor.resolved);
        await rm(options.jobsDirectory(pluginId), { recursive: true, force: true });
      }),
    async startPlugin(pluginId, { signal } = {}) {
      const supervisor = find(pluginId);
      supervisor.start();
      await supervisor.ready({ signal });
      return supervisor.snapshot;
    },
    async logs(pluginId, { tail }) {
      return find(pluginId).logs(tail);
    },
    followLogs: (pluginId, { signal }) => find(pluginId).followLogs(signal),
    on(event, listener) {
      // eventemitter3 types a listener by the event's own arguments; ours is generic over the event.
      const typed = listener as Parameters<typeof events.on>[1];
      events.on(event, typed);
      return () => void events.off(event, typed);
    },
    async close({ mode, graceMs }) {
      const all = [...supervisors.values()];
      if (mode === 'leave') for (const supervisor of all) supervisor.release();
      else await Promise.all(all.map((supervisor) => supervisor.stop(graceMs)));
      if (mode === 'drain') await Promise.all(retiring);
      events.removeAllListeners();
    },
  };
}

/** What a worker is started with, besides its plugin. */
function pick({ environment, models, resources }: HostedPlugin): Omit<Installed, 'source' | 'prices'> {
  return { environment, models, resources };
}
