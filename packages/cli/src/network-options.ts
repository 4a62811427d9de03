import { ByocError, type Logger } from '@byoc/core';
import { arbitrumOne, type LivepeerChain, localNetwork, openLivepeerChain } from '@byoc/core/payment/livepeer';
import type { Options } from 'yargs';
import { parseDurationMs } from './parse-duration.ts';

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
    nargs: 1,
    describe:
      'a JSON-RPC URL of that chain; may be repeated: one that fails is passed over (default: $BYOC_RPC_URLS, comma-separated)',
  },
  'rpc-timeout': { type: 'string', default: '10s', describe: 'how long to wait for one answer of an RPC URL' },
} as const satisfies Record<string, Options>;

/** What `networkOptions` gives. */
export interface NetworkArguments {
  network: keyof typeof networks;
  rpc: string[] | undefined;
  rpcTimeout: string;
}

/** Where the chain is reached: for the local network, where anvil listens by default. @throws ByocError INPUT_ARGUMENT_INVALID */
export function rpcUrls(args: Pick<NetworkArguments, 'network' | 'rpc'>): string[] {
  const named = args.rpc ?? process.env['BYOC_RPC_URLS']?.split(',').filter(Boolean);
  const urls = named ?? (args.network === 'local' ? ['http://127.0.0.1:8545'] : []);
  // Not repeated: it may hold a key.
  if (!urls.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? '')))
    throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: '--rpc', reason: 'an RPC URL starts with `https://`' });
  return urls;
}

/** Opens the chain. @throws ByocError CHAIN_* */
export function openChain(
  args: NetworkArguments,
  { logger }: { logger?: Logger | undefined } = {},
): Promise<LivepeerChain> {
  const timeoutMs = parseDurationMs(args.rpcTimeout);
  return openLivepeerChain({ network: networks[args.network], urls: rpcUrls(args), timeoutMs, logger });
}
