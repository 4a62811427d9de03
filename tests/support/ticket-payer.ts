import { type Address, type LivepeerChain, openLivepeerGatewayProvider } from '@byoc/core/payment/livepeer';
import { createSpending, type Spending } from '../../packages/core/src/gateway/payment/create-spending.ts';
import { type FundsEnd, type JobPaymentResult, paidFunds } from '../../packages/core/src/gateway/payment/job-funds.ts';
import { createMemoryReceiptStore, type ReceiptStore } from '../../packages/core/src/gateway/payment/receipt-store.ts';
import { decodeLivepeerPayment } from '../../packages/core/src/payment/livepeer/provider/livepeer-messages.ts';
import { creditWei } from '../../packages/core/src/payment/livepeer/ticket/expected-value.ts';
import { decodeTicketPayment } from '../../packages/core/src/payment/livepeer/wire/decode-ticket-payment.ts';
import type { PayableJob } from '../../packages/core/src/payment/payment-provider.ts';
import { anvilSigner } from './anvil-signer.ts';
import { createLookClock } from './look-clock.ts';

const milli = 10n ** 15n;

/** A gateway, as far as money goes. It pays from anvil's second account. */
export interface TicketPayer {
  readonly payer: string;
  readonly spending: Spending;
  readonly receipts: ReceiptStore;
  /** What each ticket is worth that it has signed, by `recipientRandHash:senderNonce`. */
  readonly sent: ReadonlyMap<string, bigint>;
  /** Opens the money of a job. */
  fund(job: PayableJob, options: { maxCostWei: bigint; terms(): Promise<Uint8Array> }): Promise<TicketFunds>;
  look(): Promise<void>;
  close(): Promise<void>;
}

/** The money of one job. */
export interface TicketFunds {
  readonly data: Uint8Array;
  topUp(demand: { data: Uint8Array; coverWei: bigint }): Promise<Uint8Array>;
  close(end: FundsEnd): Promise<JobPaymentResult>;
}

/** Opens a gateway's money for one orchestrator: its provider, budget and receipts, and a note of every ticket. */
export async function openTicketPayer(chain: LivepeerChain, orchestrator: Address): Promise<TicketPayer> {
  const { clock, pollMs, look } = createLookClock();
  const provider = await openLivepeerGatewayProvider({
    ...{ chain, signer: anvilSigner(1), clock, pollMs, openingWei: 2n * milli },
    // So that a job can be opened with less than a ticket of its own is worth.
    ...{ ticketEvMaxWei: 100n * milli, totalEvMaxWei: 100n * milli },
  });
  const { payer } = provider;
  const spending = createSpending(undefined);
  const receipts = createMemoryReceiptStore();
  const sent = new Map<string, bigint>();
  const noted = (data: Uint8Array): Uint8Array => {
    const { tickets } = decodeLivepeerPayment(data);
    if (tickets.length === 0) return data;
    const payment = decodeTicketPayment(tickets);
    const rand = Buffer.from(payment.params.recipientRandHash).toString('hex');
    for (const { senderNonce } of payment.tickets) sent.set(`${rand}:${senderNonce}`, creditWei(payment.params));
    return data;
  };
  return {
    ...{ payer, spending, receipts, sent, look },
    async fund(job, { maxCostWei, terms }) {
      const session = await provider.open(job, { orchestrator, maxCostWei, deadline: 0, terms });
      const share = spending.open();
      share.reserve(session.authorizedWei);
      const funds = paidFunds({
        ...{ job, provider: provider.name, payer, orchestrator, limitWei: maxCostWei, session, share, receipts },
        ...{ quote: undefined, onRefused() {} },
      });
      return {
        data: noted(session.data),
        topUp: async (demand) => noted(await funds.topUp(demand)),
        close: (end) => funds.close(end),
      };
    },
    close: () => provider.close(),
  };
}
