import { isByocError } from '../../../errors/byoc-error.ts';
import type { Hex } from './livepeer-chain.ts';
import type { RpcPool } from './rpc-pool.ts';
import { RpcRefusal } from './rpc-refusal.ts';

/** What became of a signed transaction that was handed to the chain. */
export type BroadcastResult =
  /** A node has it. */
  | { readonly type: 'sent' }
  /** No URL answered: a node may have it. */
  | { readonly type: 'unknown' }
  /** Its nonce belongs to a transaction that was mined: this one, or another. */
  | { readonly type: 'nonce-used' }
  /** It does not offer enough: for the next block, or to replace another transaction of its nonce that a node has. */
  | { readonly type: 'underpriced' }
  /** No node takes it. */
  | { readonly type: 'refused'; readonly reason: string };

/** Hands a signed transaction to the chain. Sending it again is harmless. */
export async function broadcastTransaction(rpc: RpcPool, raw: Hex): Promise<BroadcastResult> {
  try {
    await rpc.request({ method: 'eth_sendRawTransaction', params: [raw] });
    return { type: 'sent' };
  } catch (error) {
    if (isByocError(error)) return { type: 'unknown' };
    if (!(error instanceof RpcRefusal)) throw error;
    if (/already (known|imported)/i.test(error.message)) return { type: 'sent' };
    if (/nonce too low/i.test(error.message)) return { type: 'nonce-used' };
    if (/underpriced|base fee/i.test(error.message)) return { type: 'underpriced' };
    return { type: 'refused', reason: error.reason };
  }
}
