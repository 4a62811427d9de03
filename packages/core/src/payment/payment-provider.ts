import type { ByocError } from '../errors/byoc-error.ts';
import type { PriceSheet } from '../price/price-sheet.ts';
import type { PaymentBooks } from './payment-books.ts';
import type { PaymentHost } from './payment-host.ts';

/** The meters of a job, cumulative. */
export type Usage = Readonly<Record<string, bigint>>;

/** What a job may cost at most. Money is wei. */
export interface Quote {
  readonly capability: string;
  readonly contractDigest: string;
  /** Of the input's JSON, byte by byte as the job will carry it. */
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
  /** Of the input's JSON, 64 lower-case hex digits. */
  readonly inputSha256: string;
  readonly price: PriceSheet;
}

/** How a job ended, as payment sees it. */
export type JobOutcome =
  | 'succeeded'
  | 'failed-before-output'
  | 'failed-by-orchestrator'
  | 'failed-midway'
  | 'cancelled-midway';

/** A receipt on its way to the gateway. */
export interface ReceiptBytes {
  /** Canonical JSON, UTF-8. */
  readonly receiptJson: Uint8Array;
  /** 65 bytes by the orchestrator's key. */
  readonly signature: Uint8Array;
}

/** What a gateway says about payment when it opens a job. */
export interface PaymentIntent {
  /** The most that the payer will pay for this job, whatever it comes to. */
  readonly maxCostWei: bigint;
  /** The provider's own opening data. */
  readonly data: Uint8Array;
}

/**
 * Who pays for one job. A provider decides who that is and what the payer is good for; what is held, charged and settled is
 * the ledger's business, the same for every provider.
 */
export interface JobPayer {
  /** The payer's account: a lower-case ETH address. Empty when no money moves at all: such a job has no account and no receipt. */
  readonly payer: string;
  /**
   * The most that may be held for this job by what the payer has sent so far, a total in wei; it may grow in `accept`. The
   * account's balance is a limit of its own: a provider need not look at it.
   */
  readonly authorizedWei: bigint;
  /** Takes data that came while the job runs. Credits are durable when it returns. Data that comes again is harmless. @throws ByocError PAYMENT_* */
  accept(data: Uint8Array): void | Promise<void>;
  /** The data of `payment_required`: what the payer needs to know to cover a total of so much. */
  demand(coverWei: bigint): Uint8Array | Promise<Uint8Array>;
}

/**
 * The orchestrator's side of a way to be paid: it turns what payers send into credit.
 *
 * Life: `start` once, before any job; then `terms`, `open` and `resume`; `close` last. A provider that was started keeps its
 * own tables in the orchestrator's database (`migrations`) and writes them with its credits in one transaction (see `PaymentHost`).
 */
export interface OrchestratorPaymentProvider {
  /** On the wire, for example `free`. Lower-case letters, digits and `-`. */
  readonly name: string;
  /**
   * SQL that makes the provider's own tables, in order, for ever: a change of them is a new entry. Each runs once, in a
   * transaction. Names of tables start with the provider's name, `-` as `_`.
   */
  readonly migrations?: readonly string[] | undefined;
  /** What those tables say of its income. */
  readonly books?: PaymentBooks | undefined;
  /** Gets what the provider works with. Called once; jobs wait for it. */
  start?(host: PaymentHost): void | Promise<void>;
  /** What a payer must know before it opens a job, for a quote. Absent: nothing. */
  terms?(request: PaymentTermsRequest): Uint8Array | Promise<Uint8Array>;
  /** Says who pays for a job and takes the opening data. Synchronous where it can be: it is on the way of every job. @throws ByocError PAYMENT_* */
  open(job: PayableJob, intent: PaymentIntent): JobPayer | Promise<JobPayer>;
  /** Goes on with the payer of a job that ran over a restart of the orchestrator. `heldWei`: what is held for it. */
  resume(job: PayableJob, options: { payer: string; heldWei: bigint }): JobPayer | Promise<JobPayer>;
  /** Why nobody new can pay this way at the moment, for the operator; undefined while all is well. */
  problem?(): ByocError | undefined;
  /** Ends what `start` began. Idempotent. */
  close?(): Promise<void>;
}

/** A question for `terms`. */
export interface PaymentTermsRequest {
  /** Lower-case ETH address of who will pay; empty when the caller did not say. */
  readonly payer: string;
  readonly capability: string;
  readonly price: PriceSheet;
  /** What the job will cost at most, wei. */
  readonly maxCostWei: bigint;
}

/** Money a gateway has set aside for one job. */
export interface PayerSession {
  /** Opening data for the payment intent. */
  readonly data: Uint8Array;
  /** The total that `data` lets the orchestrator take, wei. */
  readonly authorizedWei: bigint;
  /**
   * Answers `payment_required`. The gateway has checked `coverWei`, a total, against the limits of the job and of its budget.
   *
   * @throws ByocError PAYMENT_*
   */
  topUp(request: { data: Uint8Array; coverWei: bigint }): Promise<Uint8Array>;
  /** The job has ended. `chargedWei`: what its checked receipt says; undefined when there is none. Called once. */
  close(end: { chargedWei: bigint | undefined }): void | Promise<void>;
}

/** What a gateway's provider may use to open a payment. */
export interface OpenPaymentOptions {
  /** The orchestrator's ETH address. */
  readonly orchestrator: string;
  /** Above 0, and what the budget has left: the provider never lets more than this be taken. */
  readonly maxCostWei: bigint;
  /** Milliseconds since the Unix epoch: the job's end is not later. */
  readonly deadline: number;
  /** Asks the orchestrator what this provider's `terms` say, for `coverWei`. One call over the network each time. */
  terms(): Promise<Uint8Array>;
}

/** The gateway's side of a way to pay. */
export interface GatewayPaymentProvider {
  /** On the wire, for example `free`. */
  readonly name: string;
  /** The lower-case ETH address that pays; empty when no money moves. */
  readonly payer: string;
  /** Opens a payment for a job of an orchestrator, never above `maxCostWei`. @throws ByocError PAYMENT_* */
  open(job: PayableJob, options: OpenPaymentOptions): PayerSession | Promise<PayerSession>;
  /** Ends what it holds open. A gateway calls it, in order, when it is closed itself. Idempotent. */
  close?(): Promise<void>;
}
