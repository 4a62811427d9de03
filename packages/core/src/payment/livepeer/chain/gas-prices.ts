import type { Hex, LivepeerChain } from './livepeer-chain.ts';
import { RpcRefusal } from './rpc-refusal.ts';

/** What gas costs in the newest block. Wei. */
export async function gasPrices(chain: LivepeerChain): Promise<{ baseFeeWei: bigint; priorityFeeWei: bigint }> {
  const [{ baseFeeWei }, priorityFeeWei] = await Promise.all([chain.head(), priorityFee(chain)]);
  return { baseFeeWei, priorityFeeWei };
}

/** Arbitrum takes no tip, and some nodes there don't know the method. */
async function priorityFee(chain: LivepeerChain): Promise<bigint> {
  try {
    return BigInt((await chain.rpc.request({ method: 'eth_maxPriorityFeePerGas' })) as Hex);
  } catch (error) {
    if (error instanceof RpcRefusal) return 0n;
    throw error;
  }
}
