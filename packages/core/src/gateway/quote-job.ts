import { hash } from 'node:crypto';
import type { AnyCapability } from '../capability/capability.ts';
import { ByocError } from '../errors/byoc-error.ts';
import type { Quote } from '../payment/payment-provider.ts';
import { verifyQuote } from '../payment/quote/quote-signature.ts';
import type { SignedQuote } from '../payment/quote/signed-quote.ts';
import { chooseOffer, wantedReference } from './job/choose-offer.ts';
import { typedChecks, untypedChecks } from './job/contract-checks.ts';
import type { JobContext } from './job/start-job.ts';
import type { OrchestratorRef } from './offers/indexed-offer.ts';
import type { OfferFilter } from './offers/offer-filter.ts';
import { prepareInput } from './parts/prepare-input.ts';

/** What an input costs at most at one orchestrator; checked. Give it to `run` to be held to. */
export interface GatewayQuote {
  readonly quote: Quote;
  readonly orchestrator: OrchestratorRef;
  /** `name@version`. */
  readonly plugin: string;
  /** As it came. */
  readonly signed: SignedQuote;
}

/** How to ask for a quote. */
export interface QuoteOptions extends Omit<OfferFilter, 'capability'> {
  readonly signal?: AbortSignal | undefined;
}

/** Asks the best offer's orchestrator what an input costs at most, and checks what it says. */
export async function quoteJob(
  capability: AnyCapability | string,
  input: unknown,
  { signal = new AbortController().signal, ...filter }: QuoteOptions,
  context: JobContext,
): Promise<GatewayQuote> {
  const prepared = await prepareInput(input, undefined);
  const typed = typeof capability === 'string' ? undefined : typedChecks(capability);
  typed?.input(prepared.json);
  const wanted = { ...filter, capability: wantedReference(capability) };
  const { offer, slot } = await chooseOffer(context, wanted, { failures: [], signal });
  if (typed === undefined) untypedChecks(offer.contract).input(prepared.json);
  const link = context.linkOf(slot.ref.url);
  if (link === undefined)
    throw new ByocError('CONNECTION_FAILED', { address: slot.ref.url, reason: 'its source no longer names it' });
  const { providers } = context.purse;
  const usable = providers.filter(({ name }) => offer.paymentProviders.includes(name));
  const provider = usable.find(({ payer }) => payer !== '') ?? usable[0];
  const inputJson = new TextEncoder().encode(JSON.stringify(prepared.json ?? null));
  const { orchestrator } = await link.connection();
  const { quoteJson, signature } = await orchestrator.getQuote(
    {
      ...{ capability: offer.capability, inputJson, payer: provider?.payer ?? '' },
      paymentProvider: provider?.name ?? offer.paymentProviders[0] ?? '',
    },
    { signal },
  );
  const quote = verifyQuote({ quoteJson, signature }, { orchestrator: slot.ref.address, now: context.clock.now() });
  const fail = (reason: string) => new ByocError('QUOTE_INVALID', { reason });
  if (quote.inputSha256 !== hash('sha256', inputJson)) throw fail('it is for another input');
  if (quote.contractDigest !== offer.contractDigest) throw fail('it is for another contract');
  return { quote, orchestrator: slot.ref, plugin: offer.plugin, signed: { quoteJson, signature } };
}
