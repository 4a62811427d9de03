import { ByocError, type Logger } from '@byoc/core';
import type { OrchestratorOptions } from '@byoc/core/orchestrator';
import {
  createFixedPriceFeed,
  createHttpPriceFeed,
  type OrchestratorPaymentProvider,
  type PriceFeed,
  type Signer,
} from '@byoc/core/payment';
import { createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { createFreeOrchestratorProvider } from '@byoc/core/payment/free';
import { createChainlinkPriceFeed, loadCryptoEngine } from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';
import { rpcUrls } from './network-options.ts';
import { openTickets, type TicketArguments, ticketOptions } from './open-tickets.ts';

const ways = ['credit', 'livepeer'] as const;

/** The options of `orchestrator start` about money. */
export const paymentOptions = {
  payment: {
    choices: ways,
    array: true,
    nargs: 1,
    default: [] as (typeof ways)[number][],
    defaultDescription: 'none: only what is free is sold',
    describe:
      'a way to be paid, again for more: `credit` (balances that `byoc credit grant` gives) or `livepeer` (tickets on a chain)',
    group: 'Money:',
  },
  'usd-per-eth': {
    type: 'string',
    describe: 'turn prices in dollars into wei at this fixed rate',
    group: 'Money:',
  },
  'price-feed': {
    type: 'string',
    describe:
      'turn prices in dollars into wei by a JSON address, `https://…#/json/pointer` to dollars for one ether, or by `chainlink`, read through --rpc (`chainlink:0xADDRESS` for another aggregator)',
    group: 'Money:',
  },
  ...ticketOptions,
} as const satisfies Record<string, Options>;

/** What they give. */
export interface PaymentArguments extends TicketArguments {
  payment: (typeof ways)[number][];
  usdPerEth: string | undefined;
  priceFeed: string | undefined;
}

/** Ways to be paid, and the price feed, as an operator asked for them. @throws ByocError PRICE_FEED_UNAVAILABLE, CHAIN_*, PAYMENT_SECRET_UNREADABLE */
export async function openPayment(
  args: PaymentArguments,
  { signer, logger }: { signer: Signer | undefined; logger: Logger },
): Promise<Pick<OrchestratorOptions, 'payment' | 'priceFeed' | 'engine'>> {
  // Which one it is stands in the log once: the desk of tickets says so.
  const engine = args.payment.length > 0 ? await loadCryptoEngine() : undefined;
  const payment: OrchestratorPaymentProvider[] = [createFreeOrchestratorProvider()];
  for (const way of new Set(args.payment)) {
    if (way === 'credit') payment.push(createCreditOrchestratorProvider({ engine }));
    else if (signer !== undefined) payment.push(await openTickets(args, { signer, logger }));
  }
  return { payment, priceFeed: openPriceFeed(args), engine };
}

function openPriceFeed(args: PaymentArguments): PriceFeed | undefined {
  const { usdPerEth, priceFeed, network } = args;
  if (usdPerEth !== undefined) return createFixedPriceFeed(usdPerEth);
  if (priceFeed === undefined) return undefined;
  const chainlink = /^chainlink(?::(0x[0-9a-fA-F]{40}))?$/.exec(priceFeed);
  if (chainlink === null) {
    const [url = '', pointer] = priceFeed.split('#');
    return createHttpPriceFeed(url, pointer === undefined ? {} : { pointer });
  }
  const address = chainlink[1] as `0x${string}` | undefined;
  if (address === undefined && network !== 'arbitrum-one')
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: `--price-feed ${priceFeed}`,
      reason: `the aggregator on ${network} has to be named, \`chainlink:0xADDRESS\``,
    });
  return createChainlinkPriceFeed({ rpcUrls: rpcUrls(args), address });
}
