import type { Usage } from '../payment/payment-provider.ts';
import type { JsonObject } from '../primitives/json.ts';
import type { CallerFrame, JobFrame } from './frames.ts';

/** Who a worker is. */
export interface WorkerInfo {
  readonly name: string;
  readonly version: string;
  readonly protocols: readonly string[];
  readonly features: readonly string[];
  readonly sdk: string;
}

/** What a worker is doing. */
export type WorkerPhase = 'starting' | 'warming' | 'ready' | 'busy' | 'draining' | 'failed';

/** A worker's state. */
export interface WorkerState {
  readonly phase: WorkerPhase;
  readonly reason: string;
  readonly slotsTotal: number;
  readonly slotsFree: number;
  readonly models: readonly string[];
  readonly deviceMemoryBytes: number;
  readonly details: JsonObject;
}

/** The options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * `byoc.worker.v1` in the words of this library: implemented by the worker, called by the host.
 * Streams are pulled: a slow reader slows the sender. Errors are ByocErrors on both sides.
 */
export interface WorkerService {
  getInfo(options?: CallOptions): Promise<WorkerInfo>;
  /** UTF-8 JSON of the manifest. */
  getManifest(options?: CallOptions): Promise<Uint8Array>;
  /** The state now, then every change. */
  watchState(options?: CallOptions): AsyncIterable<WorkerState>;
  estimateUsage(request: { capability: string; inputJson: Uint8Array }, options?: CallOptions): Promise<Usage>;
  /** Arrays of frames that were ready together, in order. The last frame is `result` or `error`. */
  runJob(frames: AsyncIterable<CallerFrame>, options?: CallOptions): AsyncIterable<readonly JobFrame[]>;
  attachJob(
    request: { jobId: string; afterSequence: number },
    options?: CallOptions,
  ): AsyncIterable<readonly JobFrame[]>;
  cancelJob(
    request: { jobId: string; reason: string; graceMs: number },
    options?: CallOptions,
  ): Promise<{ cancelled: boolean }>;
  drain(request: { graceMs: number }, options?: CallOptions): Promise<void>;
}
