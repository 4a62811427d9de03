import { hash } from 'node:crypto';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { CryptoEngine } from '../../payment/keys/crypto-engine.ts';
import type { PayableJob, PayerSession, ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { SignedQuote } from '../../payment/quote/signed-quote.ts';
import { modelDigests } from '../../payment/receipt/model-digests.ts';
import type { Receipt } from '../../payment/receipt/receipt.ts';
import { type ExpectedReceipt, verifyReceipt } from '../../payment/receipt/verify-receipt.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { OpenPayment } from '../../protocol/frames.ts';
import type { SpendingShare } from './create-spending.ts';
import type { ReceiptStore } from './receipt-store.ts';

/** What a job cost, and the proof of it. */
export interface JobPaymentResult {
  /** The payment provider's name. */
  readonly provider: string;
  /** What the orchestrator charged, by its checked receipt. Without one: the most that it was let take. 0 when the job was free. */
  readonly chargedWei: bigint;
  /** Checked; undefined when the job was free, or the receipt is missing or wrong. */
  readonly receipt: Receipt | undefined;
  /** Why there is no receipt although there should be one. */
  readonly problem: ByocError | undefined;
}

/** What a job's end tells its money. */
export interface FundsEnd {
  readonly receipt: ReceiptBytes | undefined;
  /** The orchestrator never took the job: there is nothing to charge. */
  readonly refused?: boolean | undefined;
  /** Of a job that succeeded. */
  readonly result?: { readonly usage: Usage; readonly outputJson: Uint8Array } | undefined;
}

/** The payer's money for one attempt. */
export interface JobFunds {
  /** What `open` says about payment. */
  readonly intent: OpenPayment;
  /**
   * Answers `payment_required`. `again`: the last answer may not have arrived, and is given once more, word for word.
   *
   * @throws ByocError PAYMENT_LIMIT_EXCEEDED, PAYMENT_BUDGET_EXCEEDED, PAYMENT_DEMAND_REFUSED
   */
  topUp(demand: { data: Uint8Array; coverWei: bigint }, options?: { again?: boolean }): Promise<Uint8Array>;
  /** Checks and keeps the receipt, and gives back what was not taken. Call it once. Never rejects. */
  close(end: FundsEnd): Promise<JobPaymentResult>;
}

const NOTHING = new Uint8Array(0);

/** What the receipt of a free job is held against. */
export interface FreeReceipt {
  readonly job: PayableJob;
  /** ETH address. */
  readonly orchestrator: string;
  /** Checks receipts. @default plain JavaScript */
  readonly engine?: CryptoEngine | undefined;
  /** Told when there is no receipt that counts. */
  onRefused(problem: ByocError): void;
}

/** The funds of a job that costs nothing. `quote`: that says so. `wanted`: with a receipt. */
export function freeFunds(
  provider: string,
  { quote, wanted }: { quote: SignedQuote | undefined; wanted?: FreeReceipt },
): JobFunds {
  const nothing = { provider, chargedWei: 0n, receipt: undefined, problem: undefined };
  return {
    intent: { provider, maxCostWei: 0n, data: NOTHING, quote, receipt: wanted !== undefined },
    topUp: ({ coverWei }) =>
      Promise.reject(
        new ByocError('PAYMENT_LIMIT_EXCEEDED', { jobId: '', wantedWei: String(coverWei), limitWei: '0' }),
      ),
    async close(end) {
      // What failed has nothing to show for.
      if (wanted === undefined || end.result === undefined) return nothing;
      try {
        return { ...nothing, receipt: checkReceipt(end, { ...wanted, provider, payer: '' }) };
      } catch (error) {
        const problem = toByocError(error);
        wanted.onRefused(problem);
        return { ...nothing, problem };
      }
    },
  };
}

/** Creates the funds of a job with a price. */
export function paidFunds(options: {
  job: PayableJob;
  /** The payment provider's name. */
  provider: string;
  payer: string;
  /** ETH address. */
  orchestrator: string;
  /** The job never costs more. */
  limitWei: bigint;
  session: PayerSession;
  share: SpendingShare;
  quote: SignedQuote | undefined;
  receipts: ReceiptStore;
  /** Checks receipts. @default plain JavaScript */
  engine?: CryptoEngine | undefined;
  /** Told when there is no receipt that counts. */
  onRefused(problem: ByocError): void;
}): JobFunds {
  const { job, provider, limitWei, session, share, receipts } = options;
  const { jobId } = job;

  let answered: { coverWei: bigint; data: Uint8Array } | undefined;

  function check(end: FundsEnd): Receipt {
    const checked = checkReceipt(end, options);
    if (BigInt(checked.amountWei) > share.reservedWei)
      throw new ByocError('RECEIPT_INVALID', {
        reason: `it charges ${checked.amountWei} wei; ${share.reservedWei} wei were let be taken`,
      });
    return checked;
  }

  return {
    intent: {
      provider,
      maxCostWei: limitWei,
      data: session.data,
      quote: options.quote,
      priceJson: new TextEncoder().encode(canonicalJson(job.price)),
    },
    async topUp({ data, coverWei }, { again = false } = {}) {
      if (again && answered !== undefined && coverWei <= answered.coverWei) return answered.data;
      if (coverWei > limitWei)
        throw new ByocError('PAYMENT_LIMIT_EXCEEDED', {
          jobId,
          wantedWei: String(coverWei),
          limitWei: String(limitWei),
        });
      if (coverWei <= share.reservedWei)
        throw new ByocError('PAYMENT_DEMAND_REFUSED', {
          ...{ jobId, coverWei: String(coverWei), paidWei: String(share.reservedWei) },
        });
      share.reserve(coverWei);
      const answer = await session.topUp({ data, coverWei });
      answered = { coverWei, data: answer };
      return answer;
    },
    async close(end) {
      if (end.refused === true) {
        share.settle(0n);
        await session.close({ chargedWei: undefined });
        return { provider, chargedWei: 0n, receipt: undefined, problem: undefined };
      }
      let receipt: Receipt | undefined;
      let problem: ByocError | undefined;
      try {
        receipt = check(end);
        if (end.receipt !== undefined) await receipts.put({ ...end.receipt, jobId });
      } catch (error) {
        problem = toByocError(error);
        options.onRefused(problem);
      }
      const chargedWei = receipt === undefined ? share.reservedWei : BigInt(receipt.amountWei);
      share.settle(chargedWei);
      try {
        await session.close({ chargedWei: receipt && chargedWei });
      } catch (error) {
        problem ??= toByocError(error);
      }
      return { provider, chargedWei, receipt, problem };
    },
  };
}

/** Checks a receipt against all that the gateway knows of the job. @throws ByocError RECEIPT_INVALID */
function checkReceipt(
  { receipt, result }: FundsEnd,
  { job, orchestrator, payer, provider, engine }: Omit<FreeReceipt, 'onRefused'> & { payer: string; provider: string },
): Receipt {
  const { jobId, capability, contractDigest, inputSha256, price } = job;
  if (receipt === undefined) throw new ByocError('RECEIPT_INVALID', { reason: `there is none for job ${jobId}` });
  const succeeded: Partial<ExpectedReceipt> =
    result === undefined
      ? {}
      : {
          outcome: 'succeeded',
          outputSha256: hash('sha256', result.outputJson),
          modelDigests: modelDigests(readJson(result.outputJson)),
          usage: Object.fromEntries(Object.entries(result.usage).map(([meter, total]) => [meter, String(total)])),
        };
  const expected = {
    ...{ jobId, orchestrator, capability, contractDigest, inputSha256, price, payer },
    ...{ paymentProvider: provider, ...succeeded },
  };
  return verifyReceipt(receipt, expected, { engine });
}

/** What can't be read is refused where the output is looked at. */
function readJson(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    return undefined;
  }
}
