import type { CapabilityContract } from '../capability/capability.ts';
import type { ReceiptBytes } from '../payment/payment-provider.ts';
import type { SignedQuote } from '../payment/quote/signed-quote.ts';
import type { PriceSheet } from '../price/price-sheet.ts';
import type { JsonObject } from '../primitives/json.ts';
import type { GatewayFrame, OrchestratorFrame } from './frames.ts';
import type { CallOptions } from './worker-service.ts';

/** How soon a job could start. */
export type OfferState = 'cold' | 'warming' | 'ready' | 'busy' | 'unavailable';

/** One capability of one orchestrator. */
export interface Offer {
  readonly offerId: string;
  /** `namespace/name@version`. */
  readonly capability: string;
  readonly contractDigest: string;
  readonly contract: CapabilityContract;
  readonly price: PriceSheet;
  readonly state: OfferState;
  readonly slotsTotal: number;
  readonly slotsFree: number;
  readonly queueFree: number;
  readonly timeToWarmMs: number;
  /** `name@version`. */
  readonly plugin: string;
  readonly paymentProviders: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly details: JsonObject;
  /** Names that the `model` of an input takes; empty when there are none, or none is known before the worker has started. */
  readonly models: readonly string[];
}

/** Who an orchestrator is. */
export interface OrchestratorInfo {
  /** EIP-55 ETH address. */
  readonly address: string;
  readonly identitySignature: Uint8Array;
  readonly certificateSha256: string;
  readonly protocols: readonly string[];
  readonly software: string;
  readonly httpPort: number;
  /** Empty unless the caller is on the same host. */
  readonly localDirectory: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A change of offers. */
export interface OffersChange {
  /** True when `upserted` is the whole list. */
  readonly snapshot: boolean;
  readonly upserted: readonly Offer[];
  readonly removedOfferIds: readonly string[];
}

/** Asks what an input can cost at most. */
export interface QuoteRequest {
  readonly capability: string;
  readonly inputJson: Uint8Array;
  readonly paymentProvider: string;
  /** ETH address of who will pay; empty when it is not known yet. */
  readonly payer: string;
}

/** A signed quote, not checked yet: `verifyQuote` does. */
export interface QuoteResponse extends SignedQuote {
  /** What the payment provider tells the payer before it pays. */
  readonly paymentData: Uint8Array;
}

/** Options that a server adds: who calls. */
export interface ServerCallOptions extends CallOptions {
  /** Where the call comes from, for example `ipv4:127.0.0.1:5000`. */
  readonly peer?: string | undefined;
}

/** `byoc.orchestrator.v1` in the words of this library: implemented by the orchestrator, called by the gateway. */
export interface OrchestratorService {
  getInfo(options?: ServerCallOptions): Promise<OrchestratorInfo>;
  listOffers(request: { capability: string }, options?: ServerCallOptions): Promise<readonly Offer[]>;
  watchOffers(request: { capability: string }, options?: ServerCallOptions): AsyncIterable<OffersChange>;
  getQuote(request: QuoteRequest, options?: ServerCallOptions): Promise<QuoteResponse>;
  runJob(frames: AsyncIterable<GatewayFrame>, options?: ServerCallOptions): AsyncIterable<readonly OrchestratorFrame[]>;
  attachJob(
    request: { jobId: string; jobSecret: Uint8Array; afterSequence: number },
    options?: ServerCallOptions,
  ): AsyncIterable<readonly OrchestratorFrame[]>;
  /** Answers `payment_required` of an attached stream. @throws ByocError PAYMENT_* */
  payJob(
    request: { jobId: string; jobSecret: Uint8Array; data: Uint8Array },
    options?: ServerCallOptions,
  ): Promise<{ taken: boolean }>;
  cancelJob(
    request: { jobId: string; jobSecret: Uint8Array; reason: string },
    options?: ServerCallOptions,
  ): Promise<{ cancelled: boolean }>;
  getReceipt(
    request: { jobId: string; jobSecret: Uint8Array },
    options?: ServerCallOptions,
  ): Promise<ReceiptBytes & { endedAt: number }>;
}
