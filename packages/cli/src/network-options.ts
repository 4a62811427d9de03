import { arbitrumOne, type LivepeerChain, localNetwork, openLivepeerChain } from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';

const networks = { 'arbitrum-one': arbitrumOne, local: localNetwork } as const;

/** The options that name a chain. */
export const networkOptions = {
  network: {
    choices: Object.keys(networks) as (keyof typeof networks)[],
    default: (process.env['BYOC_NETWORK'] ?? 'arbitrum-one') as keyof typeof networks,
    defaultDescription: '$BYOC_NETWORK or arbitrum-one',
    describe: "where Livepeer's contracts are",
  },
  rpc: {
    type: 'string',
    array: true,
    describe:
      'a JSON-RPC URL of that chain; may be repeated: one that fails is passed over (default: $BYOC_RPC_URLS, comma-separated)',
  },
} as const satisfies Record<string, Options>;

/** What `networkOptions` gives. */
export interface NetworkArguments {
  network: keyof typeof networks;
  rpc: string[] | undefined;
}

/** Opens the chain. The local network is looked for where anvil listens by default. @throws ByocError CHAIN_* */
export function openChain(args: NetworkArguments): Promise<LivepeerChain> {
  const named = args.rpc ?? process.env['BYOC_RPC_URLS']?.split(',').filter(Boolean);
  const urls = named ?? (args.network === 'local' ? ['http://127.0.0.1:8545'] : []);
  return openLivepeerChain({ network: networks[args.network], urls });
}
