import type { OrchestratorOptions } from '@byoc/core/orchestrator';
import { createFixedPriceFeed, createHttpPriceFeed, type PriceFeed } from '@byoc/core/payment';
import { createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { createFreeOrchestratorProvider } from '@byoc/core/payment/free';
import type { Options } from 'yargs';

/** The options of `orchestrator start` about money. */
export const paymentOptions = {
  credit: { type: 'boolean', default: false, describe: 'take jobs of callers that `byoc credit grant` gave a balance' },
  'usd-per-eth': { type: 'string', describe: 'turn prices in dollars into wei at this fixed rate' },
  'price-feed': {
    type: 'string',
    describe: 'turn prices in dollars into wei by a JSON address, `https://…#/json/pointer` to dollars for one ether',
  },
} as const satisfies Record<string, Options>;

/** What they give. */
export interface PaymentArguments {
  credit: boolean;
  usdPerEth: string | undefined;
  priceFeed: string | undefined;
}

/** Ways to be paid, and the price feed, as an operator asked for them. @throws ByocError PRICE_FEED_UNAVAILABLE */
export async function openPayment(args: PaymentArguments): Promise<Pick<OrchestratorOptions, 'payment' | 'priceFeed'>> {
  const priceFeed = openPriceFeed(args);
  if (!args.credit) return { payment: [createFreeOrchestratorProvider()], priceFeed };
  // Only who is paid needs it: it brings viem.
  const { loadCryptoEngine } = await import('@byoc/core/payment/livepeer');
  const credit = createCreditOrchestratorProvider({ engine: await loadCryptoEngine() });
  return { payment: [createFreeOrchestratorProvider(), credit], priceFeed };
}

function openPriceFeed({ usdPerEth, priceFeed }: PaymentArguments): PriceFeed | undefined {
  if (usdPerEth !== undefined) return createFixedPriceFeed(usdPerEth);
  if (priceFeed === undefined) return undefined;
  const [url = '', pointer] = priceFeed.split('#');
  return createHttpPriceFeed(url, pointer === undefined ? {} : { pointer });
}
