import type { ByocError } from '../errors/byoc-error.ts';
import type { Progress } from '../manifest/plugin.ts';
import type { Usage } from '../payment/payment-provider.ts';
import type { SignedQuote } from '../payment/quote/signed-quote.ts';

/** Bytes in one chunk frame at most. */
export const CHUNK_BYTES_MAX = 1024 * 1024;
/** Bytes of an input, output, event or update JSON at most. */
export const JSON_BYTES_MAX = 2 * 1024 * 1024;
/** Bytes of one gRPC message at most. */
export const MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Characters of a session at most. */
export const SESSION_CHARACTERS_MAX = 512;

/** What happens to a running job when its caller's stream ends early. */
export type OnDisconnect = 'cancel' | 'continue';

/** A part that lies whole in the job directory. */
export interface StagedPart {
  /** Empty when it came from a URI. */
  readonly name: string;
  /** Empty when it is a named part. */
  readonly uri: string;
  /** Relative to the job directory. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
}

export interface OpenFrame {
  readonly type: 'open';
  readonly jobId: string;
  /** `namespace/name@version`, or a range towards an orchestrator. */
  readonly capability: string;
  /** UTF-8 JSON, kept as bytes so that a relay need not decode it. */
  readonly inputJson: Uint8Array;
  /** Milliseconds since the Unix epoch. */
  readonly deadline: number;
  /** Empty when there is none. */
  readonly traceparent: string;
  readonly onDisconnect: OnDisconnect;
  readonly stagedParts: readonly StagedPart[];
  /** What a worker keeps of this job may serve others with the same one, and no others. @default nothing is shared */
  readonly session?: string | undefined;
}

export interface ChunkFrame {
  readonly type: 'chunk';
  readonly part: string;
  readonly data: Uint8Array;
  readonly last: boolean;
}

/** A frame from the caller. */
export type CallerFrame =
  | OpenFrame
  | ChunkFrame
  | { readonly type: 'update'; readonly paramsJson: Uint8Array }
  | { readonly type: 'end' };

/** A file of the output. */
export interface OutputPart {
  readonly name: string;
  readonly sizeBytes: number;
  /** Empty when not computed. */
  readonly sha256: string;
  readonly mediaType: string;
}

/** What a worker's frame says. */
export type JobFrameBody =
  | { readonly type: 'accepted'; readonly capability: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'event'; readonly eventJson: Uint8Array }
  | ChunkFrame
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'result';
      readonly outputJson: Uint8Array;
      readonly usage: Usage;
      readonly parts: readonly OutputPart[];
    }
  | { readonly type: 'error'; readonly error: ByocError };

/** A numbered frame from the worker. `sequence` counts from 1 without gaps; 0 for frames the orchestrator made itself. */
export type JobFrame = { readonly sequence: number } & JobFrameBody;

/** A frame from the orchestrator: a job frame, or its own. */
export type OrchestratorFrame =
  | ({ readonly sequence: number } & JobFrameBody)
  | { readonly type: 'queued'; readonly position: number; readonly awaitedParts: readonly string[] }
  | { readonly type: 'payment-required'; readonly data: Uint8Array; readonly coverWei: bigint }
  | { readonly type: 'receipt'; readonly receiptJson: Uint8Array; readonly signature: Uint8Array };

/** A part that does not come in chunks. */
export interface PartUpload {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Empty for an HTTP upload. */
  readonly inboxFile: string;
  /** Empty when unknown. */
  readonly sha256: string;
}

/** How a caller means to pay. */
export interface OpenPayment {
  readonly provider: string;
  readonly maxCostWei: bigint;
  readonly data: Uint8Array;
  /** Held to by the orchestrator. */
  readonly quote?: SignedQuote | undefined;
  /** Canonical JSON of the price sheet that the caller agrees to. @default any */
  readonly priceJson?: Uint8Array | undefined;
  /** Wants a receipt even where the job costs nothing. @default false */
  readonly receipt?: boolean | undefined;
}

/** Opens a job at an orchestrator. */
export interface OpenJobFrame {
  readonly type: 'open-job';
  readonly open: OpenFrame;
  readonly jobSecret: Uint8Array;
  /** Empty to accept any contract. */
  readonly contractDigest: string;
  readonly payment: OpenPayment;
  readonly uploads: readonly PartUpload[];
}

/** A frame to the orchestrator. */
export type GatewayFrame =
  | OpenJobFrame
  | Exclude<CallerFrame, OpenFrame>
  | { readonly type: 'payment'; readonly data: Uint8Array };
