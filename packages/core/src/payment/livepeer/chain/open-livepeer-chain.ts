import type { LivepeerChain } from './livepeer-chain.ts';
import type { LivepeerNetwork } from './livepeer-network.ts';
import { createRpcPool, type RpcPoolOptions } from './rpc-pool.ts';

/** Which chain, and how it is reached. */
export interface LivepeerChainOptions extends Omit<RpcPoolOptions, 'chainId'> {
  /** For example `arbitrumOne` or `localNetwork`. */
  readonly network: LivepeerNetwork;
}

/**
 * Opens Livepeer's contracts on a chain. Holds no connection, so there is nothing to close. Needs `viem`.
 *
 * @throws ByocError CHAIN_UNAVAILABLE, CHAIN_CONTRACT_MISSING, CHAIN_URLS_TOO_FEW
 */
export async function openLivepeerChain({ network, ...options }: LivepeerChainOptions): Promise<LivepeerChain> {
  const rpc = createRpcPool({ ...options, chainId: network.chainId });
  const { createLivepeerChain } = await import('./create-livepeer-chain.ts');
  return createLivepeerChain(rpc, network);
}
