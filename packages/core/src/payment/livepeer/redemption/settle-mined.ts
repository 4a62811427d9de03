import type { ChainHead } from '../chain/livepeer-chain.ts';
import { hexOf } from './find-redeemed.ts';
import { type RedemptionContext, type RedemptionMove, writeMoves } from './redemption-context.ts';

/** Looks after tickets whose event was seen: final, or undone by a reorganisation. */
export async function settleMined(context: RedemptionContext, head: ChainHead): Promise<void> {
  const { chain, rows } = context;
  const mined = rows.listOpen().filter(({ redemption }) => redemption.phase === 'mined');
  if (mined.length === 0) return;
  const finalBlock = await chain.finalBlock(head);
  const moves: RedemptionMove[] = [];
  for (const winner of mined) {
    const at = winner.mined;
    const isThere = at !== undefined && (await chain.blockHash(at.blockNumber)) === at.blockHash;
    if (!isThere) moves.push({ winner, event: { type: 'reorg' } });
    else if (at.blockNumber <= finalBlock) {
      // Asked of the state itself, once, so that no receipt alone makes a ticket redeemed.
      const isUsed = await chain.isUsed(hexOf(winner.hash), head);
      moves.push(isUsed ? { winner, event: { type: 'final' }, mined: at } : { winner, event: { type: 'reorg' } });
    }
  }
  writeMoves(context, moves);
}
