import type { WorkerAddress } from '../../protocol/worker-address.ts';
import type { ConformanceSample } from './conformance-sample.ts';

/** A worker that listens. */
export interface TargetWorker {
  readonly address: WorkerAddress;
  /** The folder of job directories, when the kit can see it. */
  readonly jobsPath: string | undefined;
}

/** A worker process that a case started and may end. */
export interface OwnWorker extends TargetWorker {
  /** Its folder: socket, job directories, scratch. */
  readonly root: string;
  /** How it ended. Never rejects. */
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  /** The end of what it wrote. */
  log(): string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Ends it and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/** How a worker process is started. */
export interface StartOptions {
  /** Over the target's own; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** The folder of an earlier one, to start again where it was. @default a new one */
  readonly root?: string | undefined;
  /** @default "unix" */
  readonly transport?: 'unix' | 'tcp' | undefined;
  /** Returns when it listens; `started` when it has been started. @default "listening" */
  readonly until?: 'started' | 'listening' | undefined;
  readonly signal: AbortSignal;
}

/** A worker to be tested, and what the cases need of it. Made by `createProcessTarget` or `createAddressTarget`. */
export interface ConformanceTarget {
  readonly sample: ConformanceSample;
  /** plugin.json as it is published, parsed. */
  readonly manifest: unknown;
  /** The worker that cases share, one after another. */
  shared(signal: AbortSignal): Promise<TargetWorker>;
  /** Starts a worker of a case's own; undefined for a worker that somebody else started. */
  readonly start: ((options: StartOptions) => Promise<OwnWorker>) | undefined;
  /** Ends what it started. Idempotent. */
  close(): Promise<void>;
}
