import type { AnyCapability, EventOf, OutputOf, UpdateOf } from '../../capability/capability.ts';
import type { Progress } from '../../manifest/plugin.ts';
import type { ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { JobId } from '../../primitives/job-id.ts';
import type { ChunkFrame, OutputPart } from '../../protocol/frames.ts';
import type { BlobInput } from '../blobs/blob-input.ts';
import type { OrchestratorRef } from '../offers/indexed-offer.ts';
import type { OfferFilter } from '../offers/offer-filter.ts';
import type { DownloadOptions } from '../parts/download-parts.ts';
import type { JobPaymentResult } from '../payment/job-funds.ts';
import type { GatewayQuote } from '../quote-job.ts';

/** What a job tells while it runs. */
export type RunFrame<E = unknown> =
  | { readonly type: 'accepted'; readonly capability: string; readonly orchestrator: OrchestratorRef }
  | { readonly type: 'queued'; readonly position: number }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'event'; readonly event: E }
  | ChunkFrame
  | { readonly type: 'usage'; readonly usage: Usage };

/** What a job gives. */
export interface JobResult<O = unknown> {
  readonly output: O;
  /** The output's JSON, byte by byte as it came: what the receipt's `outputSha256` is of. */
  readonly outputJson: Uint8Array;
  readonly usage: Usage;
  /** Files of the output that `download` and `file` fetch. */
  readonly parts: readonly OutputPart[];
  /** As it came; `payment` says what it is worth. */
  readonly receipt: ReceiptBytes | undefined;
  /** What the job cost. */
  readonly payment: JobPaymentResult;
  readonly orchestrator: OrchestratorRef;
  /** `name@version`. */
  readonly plugin: string;
  readonly jobId: string;
  /** Orchestrators tried, this one included. */
  readonly attempts: number;
  /** Writes every part into a folder, then lets the orchestrator forget the job. @throws ByocError DOWNLOAD_FAILED, DOWNLOAD_TARGET_EXISTS */
  readonly download: (directory: string, options?: DownloadOptions) => Promise<void>;
  /** Writes one part to a path. @throws ByocError DOWNLOAD_FAILED, DOWNLOAD_TARGET_EXISTS */
  readonly file: (part: string, path: string, options?: DownloadOptions) => Promise<void>;
}

/** A running job. Iterating is optional: frames that nobody reads are dropped, the result is not. */
export interface Job<O = unknown, E = unknown, U = unknown> extends AsyncIterable<RunFrame<E>>, AsyncDisposable {
  /** The id of the current attempt. */
  readonly jobId: string;
  readonly result: Promise<JobResult<O>>;
  /** Asks the job to end; `result` rejects with JOB_CANCELLED. */
  cancel(reason?: string): void;
  /** Changes live parameters. @throws ByocError JOB_UPDATE_UNSUPPORTED, CAPABILITY_INPUT_INVALID */
  update(params: U): Promise<void>;
  /** Sends bytes as a part while the job runs. @throws ByocError INPUT_PART_INVALID */
  send(part: string, data: AsyncIterable<Uint8Array>): Promise<void>;
  /** Says that no more parts or updates come. Needed only with `keepOpen`. */
  end(): void;
  /** Cancels the job if it runs, and lets the orchestrator forget its files. */
  close(): Promise<void>;
}

export type JobOf<C extends AnyCapability> = Job<OutputOf<C>, EventOf<C>, UpdateOf<C>>;

/** How to run a job. */
export interface RunOptions extends Omit<OfferFilter, 'capability'> {
  /** The job fails when it takes longer, whatever the orchestrator does. @default 600_000 */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The most this job may cost. @default that of the quote, else 0n */
  readonly maxCostWei?: bigint | undefined;
  /** Runs at the orchestrator that gave this quote, for at most that. @default none */
  readonly quote?: GatewayQuote | undefined;
  /** What the orchestrator does when the connection is lost. @default 'continue', and the gateway attaches again */
  readonly onDisconnect?: 'cancel' | 'continue' | undefined;
  /** Parts that the input names by `{"$part"}` itself. */
  readonly parts?: Readonly<Record<string, BlobInput>> | undefined;
  /** Keep the way in open for `send` and `update` until `end`. @default false */
  readonly keepOpen?: boolean | undefined;
  /** The id of the first attempt. @default random */
  readonly jobId?: JobId | undefined;
  /** Asks for a signed receipt also where the job is free; with a price there always is one. @default false */
  readonly receipt?: boolean | undefined;
  /** W3C `traceparent`. */
  readonly traceparent?: string | undefined;
  /**
   * A secret, up to 512 characters: jobs with the same one may share what a worker keeps, for example the prompt of the turn
   * before. Give each of your users another one. @default nothing is shared
   */
  readonly session?: string | undefined;
}
