import { hash } from 'node:crypto';
import { ByocError } from '../../errors/byoc-error.ts';
import { costBound } from '../../payment/quote/cost-bound.ts';
import { verifyQuote } from '../../payment/quote/quote-signature.ts';
import { usageBounds } from '../../payment/quote/usage-bounds.ts';
import { usageTerms } from '../../payment/usage/usage-terms.ts';
import { isFree } from '../../price/is-free.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { OpenJobFrame } from '../../protocol/frames.ts';
import type { SelectedCapability } from '../jobs/select-plugin.ts';
import { type JobPayment, noPayment } from './job-payment.ts';
import type { PaymentDesk } from './payment-desk.ts';
import type { PriceBook } from './price-book.ts';

/** What a job is sold for, and who pays. */
export interface AgreedPayment {
  readonly price: PriceSheet;
  readonly payment: JobPayment;
}

/**
 * Settles on the price of a job and asks who pays. What costs nothing asks nobody, and is signed for only where that is wanted. Synchronous where the provider is.
 *
 * @throws ByocError PAYMENT_*, PRICE_*, QUOTE_*
 */
export function payForJob(
  { open, payment: intent }: OpenJobFrame,
  selected: SelectedCapability,
  input: unknown,
  { desk, prices, clock, orchestrator }: { desk: PaymentDesk; prices: PriceBook; clock: Clock; orchestrator: string },
): AgreedPayment | Promise<AgreedPayment> {
  const { plugin, reference, digest, contract } = selected;
  desk.provider(intent.provider);
  const agreed = prices.agreed(plugin, contract, intent.quote === undefined ? intent.priceJson : undefined);
  if (intent.quote === undefined && isFree(agreed) && intent.receipt !== true)
    return { price: agreed, payment: noPayment };
  const inputSha256 = hash('sha256', open.inputJson);
  const now = clock.now();
  const { imageDigest } = plugin;
  const named = { jobId: open.jobId, capability: reference, contractDigest: digest, inputSha256 };
  const quote = intent.quote && verifyQuote(intent.quote, { orchestrator, now });
  if (quote !== undefined) {
    const fail = (reason: string) => new ByocError('QUOTE_INVALID', { reason });
    if (quote.capability !== reference || quote.contractDigest !== digest) throw fail('it is for another contract');
    if (quote.inputSha256 !== inputSha256) throw fail('it is for another input');
  }
  const price = quote?.price ?? agreed;
  if (isFree(price)) {
    if (intent.receipt !== true) return { price, payment: noPayment };
    const job = { ...named, price };
    return { price, payment: desk.openFree({ job, provider: intent.provider, imageDigest, acceptedAt: now }) };
  }
  const bounds = quote?.usage ?? usageBounds(contract, price, input);
  const payment = desk.open({
    job: { ...named, price },
    provider: intent.provider,
    intent,
    boundWei: quote?.maxCostWei ?? costBound(price, bounds),
    meters: usageTerms(contract, price, bounds),
    imageDigest,
    acceptedAt: now,
  });
  return payment instanceof Promise ? payment.then((found) => ({ price, payment: found })) : { price, payment };
}
