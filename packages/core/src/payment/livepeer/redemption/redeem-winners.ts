import type { ChainView } from '../chain/create-chain-watcher.ts';
import type { RedemptionContext } from './redemption-context.ts';
import { sendBatch } from './send-batch.ts';
import { settleBatches } from './settle-batches.ts';
import { settleMined } from './settle-mined.ts';

/**
 * Brings every winner one step on, as of one view of the chain. It knows nothing but rows and chain, so it can end after any
 * write and go on in another process: what it decides, it writes down before it does it.
 *
 * @throws ByocError CHAIN_*, SIGNER_*, DISK_FULL and the like; the next call goes on
 */
export async function redeemWinners(context: RedemptionContext, view: ChainView): Promise<void> {
  await settleMined(context, view.head);
  await settleBatches(context, view.head);
  await sendBatch(context, view);
}
