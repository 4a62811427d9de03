import type { PriceSheet } from '../price/price-sheet.ts';

/** The meters of a job, cumulative. */
export type Usage = Readonly<Record<string, bigint>>;

/** What a job may cost at most. Money is wei. */
export interface Quote {
  readonly capability: string;
  readonly contractDigest: string;
  readonly inputSha256: string;
  /** Upper bound of each meter. */
  readonly usage: Usage;
  readonly price: PriceSheet;
  readonly maxCostWei: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** A job, as payment sees it. */
export interface PayableJob {
  readonly jobId: string;
  readonly capability: string;
  readonly contractDigest: string;
  readonly price: PriceSheet;
}

/** How a job ended, as payment sees it. */
export type JobOutcome =
  | 'succeeded'
  | 'failed-before-output'
  | 'failed-by-orchestrator'
  | 'failed-midway'
  | 'cancelled-midway';

/** A signed or unsigned receipt on its way to the gateway. */
export interface ReceiptBytes {
  /** Canonical JSON, UTF-8. */
  readonly receiptJson: Uint8Array;
  /** Empty from the `free` provider. */
  readonly signature: Uint8Array;
}

/** Money held for one job at the orchestrator. */
export interface PaymentHold {
  /** Covers the cumulative usage; resolves with what is wanted from the payer, or undefined when the hold is enough. */
  charge(usage: Usage, sequence: number): Promise<{ data: Uint8Array; coverWei: bigint } | undefined>;
  /** Takes payment that came while the job runs. */
  accept(data: Uint8Array): Promise<void>;
  /** Ends the hold; idempotent. What it returns is durable before it resolves. */
  settle(outcome: JobOutcome, usage: Usage): Promise<{ amountWei: bigint; receipt: ReceiptBytes | undefined }>;
}

/** The orchestrator's side of a way to be paid. */
export interface OrchestratorPaymentProvider {
  /** On the wire, for example `free`. */
  readonly name: string;
  /** Signs a quote. Empty when the provider does not sign. */
  signQuote(quote: Quote): Promise<Uint8Array>;
  /** Holds money for a job before it starts. Throws PAYMENT_* errors. */
  authorize(job: PayableJob, intent: { maxCostWei: bigint; data: Uint8Array }): Promise<PaymentHold>;
}

/** Money a gateway has set aside for one job. */
export interface PayerSession {
  /** Opening data for `PaymentIntent`. */
  readonly data: Uint8Array;
  /** Answers `payment_required`; throws when that would pass the payer's own limit. */
  topUp(request: { data: Uint8Array; coverWei: bigint }): Promise<Uint8Array>;
  /** Checks and keeps the receipt. */
  close(receipt: ReceiptBytes | undefined): Promise<void>;
}

/** The gateway's side of a way to pay. */
export interface GatewayPaymentProvider {
  /** On the wire, for example `free`. */
  readonly name: string;
  /** Opens a payment for a job of an orchestrator, never above `maxCostWei`. */
  open(job: PayableJob, options: { orchestrator: string; maxCostWei: bigint }): Promise<PayerSession>;
}
