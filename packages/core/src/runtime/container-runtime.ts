import type { Manifest } from '../manifest/manifest.ts';
import type { WorkerResources } from '../manifest/worker-resources.ts';

/** Where a worker listens, seen from the host. Same shape as the protocol's WorkerAddress. */
export type StartedAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number; readonly secret: string };

/** What a plugin is installed from. */
export type PluginSource =
  /** `dockerfile`: relative to the folder. @default the manifest's */
  | { readonly type: 'folder'; readonly path: string; readonly dockerfile?: string | undefined }
  | { readonly type: 'image'; readonly reference: string };

/** A plugin that can be started: pinned and readable. */
export interface ResolvedPlugin {
  readonly manifest: Manifest;
  /** `docker`: the image id or repo digest (sha256:…). `process`: the folder. */
  readonly artifact: string;
  /** sha256:<hex> of the image, or of the manifest for a folder. */
  readonly digest: string;
}

/** Tells about long work: a build, a pull, the fetch of a model. */
export interface RuntimeProgress {
  readonly stage: 'build' | 'pull' | 'model' | 'start';
  readonly message: string;
  /** 0 to 1; absent when unknown. */
  readonly fraction?: number | undefined;
}

/** A model that a worker reads: a folder, or one file, of this machine. */
export interface WorkerModel {
  /** The worker finds it in the folder of this name, below the one that BYOC_MODELS_PATH names. */
  readonly name: string;
  readonly path: string;
  readonly type: 'folder' | 'file';
}

/** What to start. */
export interface WorkerSpec {
  /** Unique on this host: letters, digits and `-`. */
  readonly workerId: string;
  /** The orchestrator that owns it: workers of another owner are never touched. */
  readonly ownerId: string;
  readonly plugin: ResolvedPlugin;
  /** Host folder of the worker's own, 0700: the socket goes into `run/`. Made and removed by the runtime. */
  readonly workerDirectory: string;
  /** Host folder with one folder a job; shared by workers of the same plugin only. Mounted at /byoc/jobs. */
  readonly jobsDirectory: string;
  /** What it may read, and never write. */
  readonly models?: readonly WorkerModel[] | undefined;
  /** What the operator gives in the place of what the manifest asks for. */
  readonly resources?: WorkerResources | undefined;
  /** More environment for the worker. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** How a worker ended. */
export interface WorkerExit {
  /** Absent when killed by a signal or unknown. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly outOfMemory: boolean;
  /** The last lines it wrote. */
  readonly logTail: readonly string[];
}

/** What a worker uses now. */
export interface WorkerStats {
  readonly memoryBytes: number;
  /** CPU seconds since start. */
  readonly cpuSeconds: number;
  readonly pids: number;
}

/** A worker that was started or adopted. */
export interface StartedWorker {
  readonly workerId: string;
  /** The plugin's digest it was started from. */
  readonly digest: string;
  readonly address: StartedAddress;
  /** Container id or process id. */
  readonly handle: string;
  /** The jobs directory as the worker sees it. */
  readonly jobsPath: string;
  /** Resolves when it has ended, whoever ended it. Never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** Asks it to end (SIGTERM), kills it after the grace period, removes all that the runtime made. Idempotent. */
  stop(options: { graceMs: number }): Promise<void>;
  stats(): Promise<WorkerStats>;
  /** Its last log lines, oldest first. */
  logs(options: { tail: number }): Promise<readonly string[]>;
  /** Lines as they come, from now on. */
  followLogs(options: { signal: AbortSignal }): AsyncIterable<string>;
}

/** What a runtime is, found by asking it. */
export interface RuntimeInfo {
  readonly kind: 'docker' | 'process';
  /** For example `Docker Engine 28.2.2`. */
  readonly description: string;
  /** How the socket reaches the worker. */
  readonly transport: 'unix' | 'tcp';
  /** False for `process`: said in logs and in the CLI. */
  readonly sandboxed: boolean;
  /** Notes for the operator, one line each. */
  readonly notes: readonly string[];
}

/** Starts and ends workers. Every method throws catalogued errors. */
export interface ContainerRuntime {
  readonly kind: 'docker' | 'process';
  probe(options?: { signal?: AbortSignal | undefined }): Promise<RuntimeInfo>;
  /** Builds a folder or pulls an image, and reads its manifest. Never runs it. */
  resolve(
    source: PluginSource,
    options?: { signal?: AbortSignal | undefined; onProgress?: (progress: RuntimeProgress) => void },
  ): Promise<ResolvedPlugin>;
  /** Starts a worker. Does not wait for readiness; a worker that ends at once is seen in `exited`. */
  start(spec: WorkerSpec, options?: { signal?: AbortSignal | undefined }): Promise<StartedWorker>;
  /** Finds the workers of an owner that still run, after a restart of the host. Ended ones are removed. */
  adopt(ownerId: string, options?: { signal?: AbortSignal | undefined }): Promise<readonly StartedWorker[]>;
  /** Removes what an uninstalled plugin left (its image when this runtime built it). */
  remove(plugin: ResolvedPlugin): Promise<void>;
  close(): Promise<void>;
}
