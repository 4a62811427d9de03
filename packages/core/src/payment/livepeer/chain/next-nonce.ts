import type { Hex, LivepeerChain } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';

/** The nonce of an account's next transaction: after all that nodes hold (`pending`), or after all that are mined (`latest`). */
export async function nextNonce(
  chain: LivepeerChain,
  address: Address,
  after: 'pending' | 'latest' = 'pending',
): Promise<number> {
  return Number((await chain.rpc.request({ method: 'eth_getTransactionCount', params: [address, after] })) as Hex);
}
