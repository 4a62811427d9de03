import type { Manifest } from '../manifest/manifest.ts';
import type { ModelSpec } from '../manifest/model-spec.ts';
import type { WorkerResources } from '../manifest/worker-resources.ts';
import type { PriceSheet } from '../price/price-sheet.ts';
import type { WorkerService, WorkerState } from '../protocol/worker-service.ts';
import type { PluginSource, RuntimeProgress } from '../runtime/container-runtime.ts';

/** What a capability is sold for: a price sheet in wei, or a price list as people write it, which may be in dollars. */
export type PluginPrice = PriceSheet | { readonly list: string };

/** What the capabilities of a plugin are sold for. */
export interface PluginPrices {
  /** For every capability without a price of its own. Meters that a capability does not have are left out of it. */
  readonly default: PluginPrice;
  /** By `namespace/name`, whatever the version. */
  readonly capabilities: Readonly<Record<string, PluginPrice>>;
}

/** Where a plugin is in its life. */
export type PluginPhase =
  | 'installed'
  | 'pulling'
  | 'starting'
  | 'warming'
  | 'ready'
  | 'busy'
  | 'draining'
  | 'stopped'
  | 'failed'
  | 'quarantined';

/** A worker that takes jobs. */
export interface HostedWorker {
  readonly workerId: string;
  readonly service: WorkerService;
  /** The jobs directory as the worker sees it. */
  readonly jobsPath: string;
  /** Aborted when this worker is gone; its reason is a ByocError that explains the end. */
  readonly gone: AbortSignal;
}

/** An installed plugin, as it is now. A snapshot: ask again for a newer one. */
export interface HostedPlugin {
  /** The manifest's name. */
  readonly pluginId: string;
  readonly manifest: Manifest;
  readonly digest: string;
  /** `sha256:<hex>` of the image that its workers run in; empty when they run without one. */
  readonly imageDigest: string;
  readonly source: PluginSource;
  readonly prices: PluginPrices;
  /** What the operator has set for its workers. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the operator has named, besides the manifest's. */
  readonly models: readonly ModelSpec[];
  /** What the operator gives its workers in the place of what the manifest asks for. */
  readonly resources: WorkerResources;
  readonly phase: PluginPhase;
  /** Why, one line, when failed or quarantined. */
  readonly reason: string;
  /** Host folder with one folder a job. */
  readonly jobsDirectory: string;
  /** What the worker last said; absent when none runs. */
  readonly workerState: WorkerState | undefined;
  /** Present while a worker takes jobs. */
  readonly worker: HostedWorker | undefined;
  readonly restarts: number;
  /** Measured time of the last start until ready, ms; undefined before the first. */
  readonly timeToWarmMs: number | undefined;
}

/** Events of a plugin host. Emitted after the state changed. */
export interface PluginHostEvents {
  'plugin-changed': [plugin: HostedPlugin];
  'plugin-removed': [pluginId: string];
  /** A worker that was running before a restart of the host was found again. Emitted before `start` resolves. */
  'worker-adopted': [plugin: HostedPlugin];
}

/** Installs plugins and keeps their workers alive. */
export interface PluginHost {
  /** Adopts running workers, starts the others. */
  start(): Promise<void>;
  list(): readonly HostedPlugin[];
  get(pluginId: string): HostedPlugin | undefined;
  install(
    source: PluginSource,
    options?: {
      /** For capabilities without a price of their own. @default as before, else free */
      price?: PluginPrice;
      /** For its workers, over what they have anyway: settings that the plugin documents. @default as before, else none */
      environment?: Readonly<Record<string, string>>;
      /** Models for its workers: each takes the place of the manifest's with its name, or comes to them. @default as before, else none */
      models?: readonly ModelSpec[];
      /** For each of its workers, in the place of what the manifest asks for. @default each as before, else as the manifest says */
      resources?: WorkerResources;
      signal?: AbortSignal | undefined;
      onProgress?: (progress: RuntimeProgress) => void;
    },
  ): Promise<HostedPlugin>;
  /**
   * Sets what a plugin is sold for from now on: one capability (`namespace/name`), or all that have no price of their own. Without
   * a price a capability costs what the others do. Jobs that were accepted keep their price.
   *
   * @throws ByocError PRICE_TEXT_INVALID, PRICE_SHEET_INVALID, CAPABILITY_NOT_OFFERED, PLUGIN_UNKNOWN
   */
  setPrice(
    pluginId: string,
    change: { price: PluginPrice; capability?: string | undefined } | { price?: undefined; capability: string },
  ): HostedPlugin;
  /** Drains, stops and forgets a plugin. */
  remove(pluginId: string, options: { graceMs: number }): Promise<void>;
  /** Starts a stopped, failed or quarantined plugin again; resolves when it is ready. */
  startPlugin(pluginId: string, options?: { signal?: AbortSignal | undefined }): Promise<HostedPlugin>;
  logs(pluginId: string, options: { tail: number }): Promise<readonly string[]>;
  followLogs(pluginId: string, options: { signal: AbortSignal }): AsyncIterable<string>;
  on<E extends keyof PluginHostEvents>(event: E, listener: (...args: PluginHostEvents[E]) => void): () => void;
  /**
   * Ends the host. `drain` stops every worker within the grace period; `leave` lets workers run so that a new host can
   * adopt them.
   */
  close(options: { mode: 'drain' | 'leave'; graceMs: number }): Promise<void>;
}
