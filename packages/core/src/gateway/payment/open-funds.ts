import { hash } from 'node:crypto';
import { ByocError } from '../../errors/byoc-error.ts';
import type { CryptoEngine } from '../../payment/keys/crypto-engine.ts';
import type { GatewayPaymentProvider, Quote } from '../../payment/payment-provider.ts';
import { costBound } from '../../payment/quote/cost-bound.ts';
import { verifyQuote } from '../../payment/quote/quote-signature.ts';
import type { SignedQuote } from '../../payment/quote/signed-quote.ts';
import { usageBounds } from '../../payment/quote/usage-bounds.ts';
import { isFree } from '../../price/is-free.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import { leastOf } from '../../primitives/least-of.ts';
import type { GatewayOffer, OrchestratorRef } from '../offers/indexed-offer.ts';
import type { OrchestratorLink } from '../orchestrator-link.ts';
import type { Spending } from './create-spending.ts';
import { freeFunds, type JobFunds, paidFunds } from './job-funds.ts';
import type { ReceiptStore } from './receipt-store.ts';

/** What a gateway pays with. */
export interface Purse {
  /** Preferred first. */
  readonly providers: readonly GatewayPaymentProvider[];
  readonly spending: Spending;
  readonly receipts: ReceiptStore;
  /** Checks receipts. @default plain JavaScript */
  readonly engine?: CryptoEngine | undefined;
  /** Told when an orchestrator gives no receipt that counts. */
  onRefused(event: { jobId: string; orchestrator: OrchestratorRef; problem: ByocError }): void;
}

/** What is paid for. */
export interface FundsRequest {
  readonly jobId: string;
  readonly offer: GatewayOffer;
  readonly link: OrchestratorLink;
  readonly input: unknown;
  readonly inputJson: Uint8Array;
  /** The caller's own limit, wei. */
  readonly maxCostWei: bigint;
  readonly deadline: number;
  /** A quote that the orchestrator is held to. */
  readonly quote: SignedQuote | undefined;
  /** Wants a receipt even where the job is free. */
  readonly receipt: boolean;
}

/**
 * Sets money aside for one attempt: never more than the caller's limit, what the input can cost, the quote, or what is left of
 * the budget.
 *
 * @throws ByocError PAYMENT_*, QUOTE_*
 */
export function openFunds(purse: Purse, request: FundsRequest, clock: Clock): JobFunds | Promise<JobFunds> {
  const { offer } = request;
  const usable = purse.providers.filter(({ name }) => offer.paymentProviders.includes(name));
  const agreed = agreedPrice(request, clock);
  const free = isFree(agreed.price);
  // What can pay comes first for what has a price; what costs nothing needs no purse at all.
  const provider = free ? usable[0] : (usable.find(({ payer }) => payer !== '') ?? usable[0]);
  if (provider !== undefined && free) return openFree(purse, provider, request, agreed);
  if (provider !== undefined) return openPaid(purse, provider, request, agreed);
  const mine = purse.providers.map(({ name }) => name).join(', ');
  throw new ByocError('PAYMENT_PROVIDER_UNKNOWN', { provider: mine, accepted: [...offer.paymentProviders] });
}

/** What a job is priced by. */
interface AgreedPrice {
  readonly price: PriceSheet;
  /** Checked. */
  readonly quote: Quote | undefined;
}

/** The quote's price, when there is one; else the offer's. @throws ByocError QUOTE_* */
function agreedPrice({ offer, inputJson, quote: signed }: FundsRequest, clock: Clock): AgreedPrice {
  if (signed === undefined) return { price: offer.price, quote: undefined };
  const quote = verifyQuote(signed, { orchestrator: offer.orchestrator.address, now: clock.now() });
  if (quote.inputSha256 !== hash('sha256', inputJson) || quote.contractDigest !== offer.contractDigest)
    throw new ByocError('QUOTE_INVALID', { reason: 'it is for another input or contract' });
  return { price: quote.price, quote };
}

function openFree(
  { engine, onRefused }: Purse,
  { name: provider }: GatewayPaymentProvider,
  { jobId, offer, inputJson, receipt, quote }: FundsRequest,
  { price }: AgreedPrice,
): JobFunds {
  if (!receipt) return freeFunds(provider, { quote });
  const { capability, contractDigest, orchestrator } = offer;
  return freeFunds(provider, {
    quote,
    wanted: {
      job: { jobId, capability, contractDigest, inputSha256: hash('sha256', inputJson), price },
      orchestrator: orchestrator.address,
      engine,
      onRefused: (problem) => onRefused({ jobId, orchestrator, problem }),
    },
  });
}

async function openPaid(
  { spending, receipts, engine, onRefused }: Purse,
  provider: GatewayPaymentProvider,
  request: FundsRequest,
  { price, quote }: AgreedPrice,
): Promise<JobFunds> {
  const { jobId, offer, input, inputJson, deadline, maxCostWei } = request;
  const { capability, contractDigest } = offer;
  const orchestrator = offer.orchestrator.address;
  const job = { jobId, capability, contractDigest, inputSha256: hash('sha256', inputJson), price };
  const boundWei = quote?.maxCostWei ?? costBound(price, usageBounds(offer.contract, price, input));
  const limitWei = leastOf(maxCostWei, boundWei ?? maxCostWei);
  const nothing = limitWei === 0n && boundWei !== 0n;
  if (nothing && provider.payer !== '')
    throw new ByocError('PAYMENT_LIMIT_EXCEEDED', { jobId, wantedWei: String(boundWei ?? 1n), limitWei: '0' });
  const share = spending.open();
  const terms = async () => {
    const { orchestrator: link } = await request.link.connection();
    const asked = { capability, inputJson, paymentProvider: provider.name, payer: provider.payer };
    return (await link.getQuote(asked)).paymentData;
  };
  try {
    // Reserved before anything is signed: two jobs can't have the same money.
    share.reserve(limitWei);
    const session = await provider.open(job, { orchestrator, maxCostWei: limitWei, deadline, terms });
    share.settle(0n);
    const taken = spending.open();
    taken.reserve(session.authorizedWei);
    return paidFunds({
      ...{
        job,
        provider: provider.name,
        payer: provider.payer,
        orchestrator,
        limitWei,
        session,
        share: taken,
        receipts,
        engine,
      },
      quote: request.quote,
      onRefused: (problem) => onRefused({ jobId, orchestrator: offer.orchestrator, problem }),
    });
  } catch (error) {
    share.settle(0n);
    throw error;
  }
}
