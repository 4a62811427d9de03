import { hash } from 'node:crypto';
import { ByocError } from '../../errors/byoc-error.ts';
import { chargeOf } from '../../payment/ledger/charge-of.ts';
import type { JobOutcome, JobPayer, ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { Receipt } from '../../payment/receipt/receipt.ts';
import { type JudgedUsage, judgeUsage, type UsageFault } from '../../payment/usage/judge-usage.ts';
import { priceOf } from '../../price/price-of.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import { greatestOf, leastOf } from '../../primitives/least-of.ts';
import type { JobPaymentRow } from '../store/job-rows.ts';
import type { LedgerStore } from '../store/ledger-store.ts';
import { planCover } from './plan-cover.ts';

/** What is asked of the payer while a job runs. */
export interface PaymentDemand {
  readonly data: Uint8Array;
  /** The total that must be covered, wei. */
  readonly coverWei: bigint;
}

/** How a job's payment ends. Nothing is written before `settle`. */
export interface Settlement {
  readonly amountWei: bigint;
  readonly receipt: ReceiptBytes | undefined;
}

/** What the end of a job adds to its receipt. */
export interface EndFacts {
  /** As it will be sent; undefined without an output. */
  readonly outputJson: Uint8Array | undefined;
  /** Of the models that made it. */
  readonly modelDigests: readonly string[];
  readonly endedAt: number;
}

/** The money of one job, from its first hold to its settlement. */
export interface JobPayment {
  /** What goes into the job's row; undefined when no money moves. */
  readonly row: JobPaymentRow | undefined;
  /** Sets the first money aside. Call it in the transaction that writes the job's row. @throws ByocError PAYMENT_BALANCE_TOO_LOW */
  hold(): void;
  /**
   * What counts of what a worker says it has used. `last`: with its result. @throws ByocError USAGE_MISSING, USAGE_DECREASED, USAGE_IMPLAUSIBLE
   */
  judge(told: Usage, options: { last: boolean }): Usage;
  /** Takes usage into account; resolves with what to ask of the payer, if anything. `sequence`: of the frame that tells it. */
  charge(usage: Usage, sequence: number): Promise<PaymentDemand | undefined> | undefined;
  /** What was asked of the payer and not given yet, asked anew. */
  outstanding(): Promise<PaymentDemand> | undefined;
  /** Why the job must stop for now: more has been used than is held, or than it may cost. Undefined while it may go on. */
  readonly uncovered: 'hold' | 'limit' | undefined;
  /** The error of a job that is not covered. */
  explain(): ByocError;
  /** Takes payment that came while the job runs. */
  accept(data: Uint8Array): Promise<void>;
  /** Resolves when the job is covered again. */
  whenCovered(): Promise<void>;
  /** Works out what the job costs and has its receipt signed. It writes nothing. @throws ByocError SIGNER_* */
  settlement(outcome: JobOutcome, usage: Usage, facts: EndFacts): Promise<Settlement>;
  /** Writes it. Call it in the transaction that writes the job's end. Idempotent. */
  settle(settlement: Settlement): void;
}

/** The payment of a job that costs nothing: no account, no rows, no receipt. */
export const noPayment: JobPayment = {
  row: undefined,
  hold() {},
  judge: (told) => told,
  charge: () => undefined,
  outstanding: () => undefined,
  uncovered: undefined,
  explain: () => new ByocError('INTERNAL_ERROR', {}),
  accept: async () => {},
  whenCovered: async () => {},
  settlement: async () => ({ amountWei: 0n, receipt: undefined }),
  settle() {},
};

/** What a paid job stands on. */
export interface PaidJobOptions {
  readonly jobId: string;
  readonly provider: string;
  readonly price: PriceSheet;
  readonly row: JobPaymentRow;
  readonly payer: JobPayer;
  /** Held already, of a job that was running before. */
  readonly heldWei: bigint;
  readonly ledger: LedgerStore;
  /** Told of each count that could not be true. */
  onUsageFault(fault: UsageFault): void;
  /** Makes and signs the receipt. */
  receiptOf(
    end: Pick<Receipt, 'outcome' | 'amountWei' | 'endedAt' | 'outputSha256' | 'modelDigests'> & { usage: Usage },
  ): Promise<ReceiptBytes>;
}

/** Creates the payment of a job that has a price. */
export function createPaidJob(options: PaidJobOptions): JobPayment {
  return new PaidJob(options);
}

class PaidJob implements JobPayment {
  readonly row: JobPaymentRow;
  readonly #options: PaidJobOptions;
  readonly #limitWei: bigint;
  #heldWei: bigint;
  #judged: JudgedUsage = {};
  #costWei = 0n;
  #sequence = 0;
  /** The cover that was asked for last; 0 when nothing was. */
  #askedWei = 0n;
  #covered = Promise.withResolvers<void>();

  constructor(options: PaidJobOptions) {
    this.#options = options;
    this.row = options.row;
    this.#limitWei = BigInt(options.row.limitWei);
    this.#heldWei = options.heldWei;
  }

  hold(): void {
    const { jobId, payer, price } = this.#options;
    const availableWei = this.#available();
    const wantedWei = leastOf(this.#limitWei, payer.authorizedWei);
    // What can be bounded is held whole: such a job never stops for money. The others begin with what there is.
    const baseWei = priceOf(price, {});
    const leastWei = this.row.bounded ? wantedWei : leastOf(wantedWei, greatestOf(baseWei, 1n));
    if (availableWei < leastWei || (wantedWei < greatestOf(baseWei, 1n) && this.#limitWei > 0n)) {
      const neededWei = this.row.bounded ? this.#limitWei : greatestOf(baseWei, 1n);
      throw this.#tooLow(neededWei, leastOf(availableWei, wantedWei));
    }
    const holdWei = leastOf(wantedWei, availableWei);
    const { type } = this.#apply({ type: 'hold', jobId, holdWei, quoteWei: this.#limitWei });
    if (type === 'refused') throw this.#tooLow(holdWei, availableWei);
    this.#heldWei = holdWei;
  }

  judge(told: Usage, { last }: { last: boolean }): Usage {
    const { jobId, onUsageFault } = this.#options;
    const { judged, faults } = judgeUsage(this.#judged, told, { jobId, terms: this.row.meters, last });
    this.#judged = judged;
    for (const fault of faults) onUsageFault(fault);
    const counted = Object.entries(judged).map(([meter, { units }]) => [meter, units] as const);
    return { ...told, ...Object.fromEntries(counted) };
  }

  get uncovered(): 'hold' | 'limit' | undefined {
    if (this.#costWei <= this.#heldWei) return undefined;
    return this.#heldWei >= this.#limitWei ? 'limit' : 'hold';
  }

  explain(): ByocError {
    const { jobId } = this.#options;
    const wantedWei = String(this.#costWei);
    if (this.#heldWei >= this.#limitWei)
      return new ByocError('PAYMENT_LIMIT_EXCEEDED', { jobId, wantedWei, limitWei: this.row.limitWei });
    return new ByocError('PAYMENT_TOP_UP_MISSING', { jobId, wantedWei, heldWei: String(this.#heldWei) });
  }

  charge(usage: Usage, sequence: number): Promise<PaymentDemand | undefined> | undefined {
    const costWei = priceOf(this.#options.price, usage);
    // A job with a bound costs no more than that, whatever it uses; it goes on.
    this.#costWei = greatestOf(this.#costWei, this.row.bounded ? leastOf(costWei, this.#limitWei) : costWei);
    this.#sequence = sequence;
    const coverWei = planCover({ costWei: this.#costWei, heldWei: this.#heldWei, limitWei: this.#limitWei });
    if (coverWei <= this.#heldWei) return undefined;
    this.#raise(coverWei);
    if (this.#heldWei >= coverWei || this.#askedWei >= coverWei) return undefined;
    this.#askedWei = coverWei;
    return this.#ask(coverWei);
  }

  outstanding(): Promise<PaymentDemand> | undefined {
    return this.#askedWei > this.#heldWei ? this.#ask(this.#askedWei) : undefined;
  }

  async #ask(coverWei: bigint): Promise<PaymentDemand> {
    return { data: await this.#options.payer.demand(coverWei), coverWei };
  }

  async accept(data: Uint8Array): Promise<void> {
    await this.#options.payer.accept(data);
    if (this.#askedWei > this.#heldWei) this.#raise(this.#askedWei);
    // At its limit nothing more can come: who waits is told of that too.
    if (this.uncovered === 'hold') return;
    this.#covered.resolve();
    this.#covered = Promise.withResolvers();
  }

  whenCovered(): Promise<void> {
    return this.uncovered !== 'hold' ? Promise.resolve() : this.#covered.promise;
  }

  async settlement(
    outcome: JobOutcome,
    usage: Usage,
    { outputJson, endedAt, ...facts }: EndFacts,
  ): Promise<Settlement> {
    const { price, receiptOf } = this.#options;
    const amountWei = leastOf(chargeOf({ price, maxCostWei: this.#limitWei }, outcome, usage), this.#heldWei);
    const outputSha256 = outputJson === undefined ? '' : hash('sha256', outputJson);
    const modelDigests = [...facts.modelDigests];
    const amount = { usage, amountWei: String(amountWei) };
    const receipt = await receiptOf({ endedAt, outputSha256, modelDigests, outcome, ...amount });
    return { amountWei, receipt };
  }

  settle({ amountWei }: Settlement): void {
    this.#apply({ type: 'settle', jobId: this.#options.jobId, totalWei: amountWei });
  }

  /** Raises the hold as far towards a total as the payer's word and balance go. */
  #raise(coverWei: bigint): void {
    const { jobId, payer } = this.#options;
    const holdWei = leastOf(coverWei, payer.authorizedWei, this.#heldWei + this.#available());
    if (holdWei <= this.#heldWei) return;
    const { type } = this.#apply({ type: 'raise-hold', jobId, holdWei });
    if (type === 'refused') return;
    this.#heldWei = holdWei;
    // What was charged so far is written with the hold that it led to: a row for each usage frame would tell nothing more.
    if (this.#sequence > 0)
      this.#apply({ type: 'charge', jobId, sequence: this.#sequence, totalWei: leastOf(this.#costWei, holdWei) });
  }

  #available(): bigint {
    return this.#options.ledger.account(this.#key()).availableWei;
  }

  #apply(entry: Parameters<LedgerStore['apply']>[1]) {
    return this.#options.ledger.apply(this.#key(), entry);
  }

  #key() {
    return { provider: this.#options.provider, payer: this.row.payer };
  }

  #tooLow(neededWei: bigint, availableWei: bigint): ByocError {
    const { payer } = this.row;
    return new ByocError('PAYMENT_BALANCE_TOO_LOW', {
      ...{ payer, provider: this.#options.provider },
      ...{ neededWei: String(neededWei), availableWei: String(availableWei) },
    });
  }
}
