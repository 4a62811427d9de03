import { isByocError } from '../../../errors/byoc-error.ts';
import { broadcastTransaction } from '../chain/broadcast-transaction.ts';
import type { ChainHead, MinedTransaction } from '../chain/livepeer-chain.ts';
import type { Address } from '../chain/livepeer-network.ts';
import { nextNonce } from '../chain/next-nonce.ts';
import { eventOf, findRedeemed } from './find-redeemed.ts';
import { type RedemptionContext, type RedemptionMove, writeMoves } from './redemption-context.ts';
import type { BatchAttempt, StoredWinner } from './redemption-rows.ts';
import { signBatch } from './sign-batch.ts';

/** Looks after batches that are, or may be, on their way. A batch has one nonce, whatever it is replaced by. */
export async function settleBatches(context: RedemptionContext, head: ChainHead): Promise<void> {
  for (const [batchId, winners] of openBatches(context.rows.listOpen())) {
    const attempts = context.rows.attempts(batchId);
    const mined = await findMined(context, attempts);
    if (mined !== undefined) await settleOutcome(context, winners, mined, head);
    else await chase(context, winners, attempts, head);
  }
}

/** Winners on their way, by their batch. */
function openBatches(winners: readonly StoredWinner[]): Map<string, StoredWinner[]> {
  const batches = new Map<string, StoredWinner[]>();
  for (const winner of winners) {
    const { phase, batchId } = winner.redemption;
    if (batchId === undefined || (phase !== 'batched' && phase !== 'submitted')) continue;
    batches.set(batchId, [...(batches.get(batchId) ?? []), winner]);
  }
  return batches;
}

async function findMined(
  { chain }: RedemptionContext,
  attempts: readonly BatchAttempt[],
): Promise<MinedTransaction | undefined> {
  for (const { hash } of attempts.toReversed()) {
    const mined = await chain.transaction(hash);
    if (mined !== undefined) return mined;
  }
  return undefined;
}

/** The transaction is in a block: each ticket's own event decides. */
async function settleOutcome(
  context: RedemptionContext,
  winners: readonly StoredWinner[],
  mined: MinedTransaction,
  head: ChainHead,
): Promise<void> {
  const moves: RedemptionMove[] = [];
  for (const winner of winners) {
    const event = eventOf(winner, mined.redeemed);
    if (event !== undefined) moves.push({ winner, event: { type: 'redeemed-event' }, mined: event });
    else
      moves.push(
        (await elsewhere(context, winner, head)) ?? { winner, event: { type: 'no-event', block: head.l1Block } },
      );
  }
  const { costWei, hash } = mined;
  writeMoves(context, moves, () => context.rows.saveCost(hash, { costWei, minedAt: context.host.clock.now() }));
}

/** It is in no block yet: sent again, replaced, or known to be lost. */
async function chase(
  context: RedemptionContext,
  winners: readonly StoredWinner[],
  attempts: readonly BatchAttempt[],
  head: ChainHead,
): Promise<void> {
  const { chain, signer, host, options, rows } = context;
  const last = attempts.at(-1);
  const drop = async () => {
    const moves = winners.map(
      async (winner) =>
        (await elsewhere(context, winner, head)) ?? { winner, event: { type: 'drop', block: head.l1Block } as const },
    );
    writeMoves(context, await Promise.all(moves));
  };
  if (last === undefined) return drop();
  if ((await nextNonce(chain, signer.address as Address, 'latest')) > last.nonce) {
    // Between the two questions it may have been mined.
    const mined = await findMined(context, attempts);
    return mined === undefined ? drop() : settleOutcome(context, winners, mined, head);
  }
  let current = last;
  if (host.clock.now() - last.signedAt >= (options.replaceAfterMs ?? 60_000)) {
    const replacement = await signBatch(context, winners, { replaces: last }).catch((error: unknown) => {
      if (isByocError(error, 'CHAIN_GAS_TOO_DEAR')) return undefined;
      throw error;
    });
    if (replacement !== undefined) {
      current = replacement;
      // Written before it is sent: whichever of them is mined is looked for.
      writeMoves(context, [], () => rows.insertAttempt(replacement));
    }
  }
  const result = await broadcastTransaction(chain.rpc, current.raw);
  if (result.type === 'refused') {
    host.logger.warn({ batch: current.batchId, reason: result.reason }, 'batch refused');
    return drop();
  }
  if (result.type !== 'nonce-used')
    writeMoves(
      context,
      winners.map((winner) => ({ winner, event: { type: 'submit' } })),
    );
}

/** Whether somebody else, or an older transaction of ours, has redeemed it. */
async function elsewhere(
  { chain }: RedemptionContext,
  winner: StoredWinner,
  head: ChainHead,
): Promise<RedemptionMove | undefined> {
  const found = await findRedeemed(chain, winner, head);
  // Giving up is for what is not on its way; it comes with the next look.
  return found?.event.type === 'redeemed-event' ? found : undefined;
}
