import { hash } from 'node:crypto';
import type { ContractValidator } from '../../capability/contract-validator.ts';
import { estimateUsage } from '../../capability/estimate-usage.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Signer } from '../../payment/keys/signer.ts';
import type { Usage } from '../../payment/payment-provider.ts';
import { signQuote } from '../../payment/quote/quote-signature.ts';
import { priceOf } from '../../price/price-of.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { QuoteRequest, QuoteResponse, ServerCallOptions } from '../../protocol/orchestrator-service.ts';
import { parseInputJson, validatorOf } from '../jobs/accept-job.ts';
import { type SelectedCapability, selectPlugin } from '../jobs/select-plugin.ts';
import type { PaymentDesk } from '../payment/payment-desk.ts';
import type { PriceBook } from '../payment/price-book.ts';
import type { PluginHost } from '../plugin-host.ts';

/** How long a quote is good, ms. */
const QUOTE_VALID_MS = 60_000;

/** What quotes are made from. */
export interface QuoteContext {
  readonly host: PluginHost;
  readonly desk: PaymentDesk;
  readonly prices: PriceBook;
  readonly signer: Signer;
  readonly validators: Map<string, ContractValidator>;
  readonly clock: Clock;
}

/** Says what an input costs at most, and signs it. Starts no worker. @throws ByocError QUOTE_UNAVAILABLE, CAPABILITY_*, PAYMENT_*, PRICE_*, SIGNER_* */
export async function makeQuote(
  { capability, inputJson, paymentProvider, payer }: QuoteRequest,
  { host, desk, prices, signer, validators, clock }: QuoteContext,
  call: ServerCallOptions = {},
): Promise<QuoteResponse> {
  const provider = desk.provider(paymentProvider);
  const selected = selectPlugin(host.list(), capability);
  const { reference } = selected;
  const input = parseInputJson(inputJson, reference);
  const issues = validatorOf(selected, validators).validateInput(input);
  if (issues.length > 0) throw new ByocError('CAPABILITY_INPUT_INVALID', { capability: reference, issues });
  const price = prices.sheetOf(selected.plugin, selected.contract);
  const usage = await boundUsage(selected, { input, inputJson, price, signal: call.signal });
  const maxCostWei = priceOf(price, usage);
  const terms = { payer: payer.toLowerCase(), capability: reference, price, maxCostWei };
  const paymentData = (await provider.terms?.(terms)) ?? new Uint8Array();
  const quote = {
    ...{ capability: reference, contractDigest: selected.digest, inputSha256: hash('sha256', inputJson) },
    ...{ usage, price, maxCostWei, expiresAt: clock.now() + QUOTE_VALID_MS },
  };
  return { ...(await signQuote(quote, signer)), paymentData };
}

/** The upper bound of each meter: from the contract, else from the worker; a meter without a price needs none. */
async function boundUsage(
  { plugin, contract, reference }: SelectedCapability,
  options: { input: unknown; inputJson: Uint8Array; price: PriceSheet; signal: AbortSignal | undefined },
): Promise<Usage> {
  const estimated = estimateUsage(contract, options.input);
  const open = Object.keys(estimated).filter((meter) => estimated[meter] === undefined);
  let told: Usage = {};
  if (open.length > 0 && plugin.worker !== undefined) {
    const request = { capability: reference, inputJson: options.inputJson };
    // A worker without the feature says so with an error; then only meters without a price may stay open.
    told = await plugin.worker.service.estimateUsage(request, { signal: options.signal }).catch(() => ({}));
  }
  const usage: Record<string, bigint> = {};
  const unknown: string[] = [];
  const { meters } = options.price;
  for (const meter of new Set([...Object.keys(estimated), ...Object.keys(meters)])) {
    const bound = estimated[meter] ?? told[meter];
    if (bound !== undefined) usage[meter] = bound;
    else if (meters[meter] !== undefined) unknown.push(meter);
  }
  if (unknown.length > 0) throw new ByocError('QUOTE_UNAVAILABLE', { capability: reference, meters: unknown });
  return usage;
}
