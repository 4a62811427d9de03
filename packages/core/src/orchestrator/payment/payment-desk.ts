import type { DatabaseSync } from 'node:sqlite';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Signer } from '../../payment/keys/signer.ts';
import type { PaymentBooks } from '../../payment/payment-books.ts';
import type {
  JobPayer,
  OrchestratorPaymentProvider,
  PayableJob,
  PaymentIntent,
} from '../../payment/payment-provider.ts';
import { encodeReceipt } from '../../payment/receipt/parse-receipt.ts';
import type { Receipt } from '../../payment/receipt/receipt.ts';
import { signReceipt } from '../../payment/receipt/sign-receipt.ts';
import type { UsageFault } from '../../payment/usage/judge-usage.ts';
import type { UsageTerms } from '../../payment/usage/usage-terms.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { PaymentView } from '../admin/admin-views.ts';
import type { JobPaymentRow, JobRow } from '../store/job-rows.ts';
import { createLedgerStore, type LedgerStore } from '../store/ledger-store.ts';
import { createTransact, type Transact } from '../store/transact.ts';
import { createFreeJob, freeRow } from './create-free-job.ts';
import { createPaidJob, type JobPayment, noPayment, type PaidJobOptions } from './job-payment.ts';
import { startProvider } from './start-provider.ts';

/** What a job that is accepted tells the desk. */
export interface OpenPaymentRequest {
  readonly job: PayableJob;
  readonly provider: string;
  readonly intent: PaymentIntent;
  /** What the input can cost at most; undefined when nobody can say. */
  readonly boundWei: bigint | undefined;
  /** What is known of its meters. */
  readonly meters: UsageTerms;
  readonly imageDigest: string;
  readonly acceptedAt: number;
}

/** Where jobs are paid: between the providers, who decide what a payer is good for, and the ledger, which keeps count. */
export interface PaymentDesk {
  /** Names of the providers, in the operator's order. */
  readonly names: readonly string[];
  /** Of the providers that keep some. */
  readonly books: readonly PaymentBooks[];
  /** The providers, and what is wrong with one, for the operator. */
  view(): readonly PaymentView[];
  readonly ledger: LedgerStore;
  readonly transact: Transact;
  /** A provider by its name. @throws ByocError PAYMENT_PROVIDER_UNKNOWN */
  provider(name: string): OrchestratorPaymentProvider;
  /** Starts the providers. Once, before any job. */
  start(): Promise<void>;
  /** Asks the provider who pays. Holds nothing yet: `JobPayment.hold` does. @throws ByocError PAYMENT_* */
  open(request: OpenPaymentRequest): JobPayment | Promise<JobPayment>;
  /** The payment of a job that costs nothing, of which a receipt is wanted. */
  openFree(request: Pick<OpenPaymentRequest, 'job' | 'provider' | 'imageDigest' | 'acceptedAt'>): JobPayment;
  /** The payment of a job of the run before this one. `running`: it goes on, and more may be charged. */
  reopen(row: JobRow, options: { running: boolean }): Promise<JobPayment>;
  close(): Promise<void>;
}

/** Creates the desk of an orchestrator. */
export function createPaymentDesk(options: {
  providers: readonly OrchestratorPaymentProvider[];
  database: DatabaseSync;
  /** Signs receipts: the orchestrator's own key. */
  signer: Signer;
  clock: Clock;
  logger: Logger;
}): PaymentDesk {
  const { database, signer } = options;
  const providers = new Map(options.providers.map((provider) => [provider.name, provider]));
  const ledger = createLedgerStore(database);
  const transact = createTransact(database);
  const orchestrator = signer.address.toLowerCase();

  const find = (name: string): OrchestratorPaymentProvider => {
    const found = providers.get(name);
    if (found !== undefined) return found;
    throw new ByocError('PAYMENT_PROVIDER_UNKNOWN', { provider: name, accepted: [...providers.keys()] });
  };

  const receiptsOf = (
    { jobId, capability, contractDigest, price }: PayableJob,
    { provider, row, acceptedAt }: { provider: string; row: JobPaymentRow; acceptedAt: number },
  ): PaidJobOptions['receiptOf'] => {
    return async ({ usage, ...end }) => {
      const receipt: Receipt = {
        ...{ version: 1, jobId, capability, contractDigest, price, ...end },
        ...{ imageDigest: row.imageDigest, inputSha256: row.inputSha256 },
        usage: Object.fromEntries(Object.entries(usage).map(([meter, total]) => [meter, String(total)])),
        ...{ quoteWei: row.limitWei, paymentProvider: provider, orchestrator, payer: row.payer },
        startedAt: acceptedAt,
      };
      return { receiptJson: encodeReceipt(receipt), signature: await signReceipt(receipt, signer) };
    };
  };

  const paidJob = (
    job: PayableJob,
    facts: { provider: string; row: JobPaymentRow; payer: JobPayer; heldWei: bigint; acceptedAt: number },
  ): JobPayment => {
    const { provider, row, payer, heldWei } = facts;
    const { jobId, price } = job;
    const receiptOf = receiptsOf(job, facts);
    const onUsageFault = ({ meter, fault, told, counted }: UsageFault) =>
      options.logger.warn({ jobId, meter, fault, told: String(told), counted: String(counted) }, 'usage-corrected');
    return createPaidJob({ jobId, provider, price, row, payer, heldWei, ledger, receiptOf, onUsageFault });
  };

  function opened(request: OpenPaymentRequest, payer: JobPayer): JobPayment {
    if (payer.payer === '') return noPayment;
    const { job, provider, boundWei, intent, meters, imageDigest, acceptedAt } = request;
    const bounded = boundWei !== undefined && boundWei <= intent.maxCostWei;
    const limitWei = String(bounded ? boundWei : intent.maxCostWei);
    const { inputSha256 } = job;
    const row = { payer: payer.payer, inputSha256, limitWei, bounded, meters, imageDigest };
    return paidJob(job, { provider, row, payer, heldWei: 0n, acceptedAt });
  }

  return {
    names: [...providers.keys()],
    books: [...providers.values()].flatMap(({ books }) => books ?? []),
    view: () =>
      [...providers.values()].map(({ name, ...provider }) => {
        const problem = provider.problem?.();
        if (problem === undefined) return { provider: name };
        const { code, shortMessage: message, hint } = problem;
        return { provider: name, problem: { code, message, hint } };
      }),
    ledger,
    transact,
    provider: find,
    async start() {
      for (const provider of providers.values())
        await startProvider(provider, { ...options, orchestrator, ledger, transact });
    },
    open(request) {
      const provider = find(request.provider);
      const payer = provider.open(request.job, request.intent);
      return payer instanceof Promise ? payer.then((found) => opened(request, found)) : opened(request, payer);
    },
    openFree({ job, provider, imageDigest, acceptedAt }) {
      const row = freeRow({ inputSha256: job.inputSha256, imageDigest });
      return createFreeJob({ row, receiptOf: receiptsOf(job, { provider, row, acceptedAt }) });
    },
    async reopen(row, { running }) {
      if (row.payment === undefined) return noPayment;
      const { jobId, capability, contractDigest, price, provider, payment, acceptedAt } = row;
      const job = { jobId, capability, contractDigest, price, inputSha256: payment.inputSha256 };
      if (payment.payer === '')
        return createFreeJob({ row: payment, receiptOf: receiptsOf(job, { provider, row: payment, acceptedAt }) });
      const heldWei = ledger.job(jobId)?.heldWei ?? 0n;
      const payer = running
        ? await find(provider).resume(job, { payer: payment.payer, heldWei })
        : inert(payment.payer);
      return paidJob(job, { provider, row: payment, payer, heldWei, acceptedAt });
    },
    async close() {
      for (const provider of [...providers.values()].reverse()) await provider.close?.();
    },
  };
}

/** Who paid for a job that is only settled. */
function inert(payer: string): JobPayer {
  return { payer, authorizedWei: 0n, accept() {}, demand: () => new Uint8Array() };
}
