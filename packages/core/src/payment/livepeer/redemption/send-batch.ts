import { randomUUID } from 'node:crypto';
import { isByocError } from '../../../errors/byoc-error.ts';
import { broadcastTransaction } from '../chain/broadcast-transaction.ts';
import type { ChainView } from '../chain/create-chain-watcher.ts';
import { findRedeemed, hexOf } from './find-redeemed.ts';
import { planRedemptions, type RedemptionPlan, type SenderMoney } from './plan-redemptions.ts';
import { type RedemptionContext, type RedemptionMove, writeMoves } from './redemption-context.ts';
import type { StoredWinner } from './redemption-rows.ts';
import { signBatch } from './sign-batch.ts';
import { tryRedemption } from './try-redemption.ts';

const GAS_PER_TICKET = 400_000n;

/** Puts what is due into one transaction, writes it down, and sends it. One batch at a time: the next waits for this one's end. */
export async function sendBatch(context: RedemptionContext, view: ChainView): Promise<void> {
  const { rows, host, chain, options } = context;
  const open = rows.listOpen();
  if (open.some(({ redemption: { phase } }) => phase === 'batched' || phase === 'submitted')) return;
  const waiting = new Map(
    open.filter(({ redemption }) => redemption.phase === 'durable').map((winner) => [hexOf(winner.hash), winner]),
  );
  if (waiting.size === 0) return;
  const plan = await planNow(context, [...waiting.values()], view);
  await giveUpExpired(
    context,
    plan.expired.map((hash) => waiting.get(hash as `0x${string}`) as StoredWinner),
    view,
  );

  const due: StoredWinner[] = [];
  const moves: RedemptionMove[] = [];
  for (const hash of plan.batch) {
    const winner = waiting.get(hash as `0x${string}`) as StoredWinner;
    const verdict = await tryRedemption(context, winner, view);
    if (verdict === 'redeem') due.push(winner);
    else if (verdict !== 'wait') moves.push(verdict);
  }
  writeMoves(context, moves);
  if (due.length === 0) return;

  const gasLimit = (options.gasPerTicket ?? GAS_PER_TICKET) * BigInt(due.length);
  const batch = await signBatch(context, due, { batchId: randomUUID(), gasLimit }).catch((error: unknown) => {
    if (!isByocError(error, 'CHAIN_GAS_TOO_DEAR') && !isByocError(error, 'CHAIN_BALANCE_TOO_LOW')) throw error;
    // Waits without using up a try: it is not the tickets' fault.
    host.logger.warn({ error: error.shortMessage, tickets: due.length }, 'redeeming has to wait');
    return undefined;
  });
  if (batch === undefined) return;
  const { batchId } = batch;
  writeMoves(
    context,
    due.map((winner) => ({ winner, event: { type: 'batch', batchId } })),
    () => {
      rows.insertAttempt(batch);
      for (const winner of due) rows.retire(hexOf(winner.recipientRandHash).slice(2), winner.paramsExpirationBlock);
    },
  );
  // From here on the random numbers may be public.
  for (const winner of due)
    context.nonces.retire(hexOf(winner.recipientRandHash).slice(2), winner.paramsExpirationBlock);

  const result = await broadcastTransaction(chain.rpc, batch.raw);
  const batched = due.map((winner) => ({ ...winner, redemption: reread(context, winner) }));
  if (result.type !== 'refused') {
    writeMoves(
      context,
      batched.map((winner) => ({ winner, event: { type: 'submit' } })),
    );
    return;
  }
  host.logger.warn({ batch: batchId, reason: result.reason }, 'batch refused');
  writeMoves(
    context,
    batched.map((winner) => ({ winner, event: { type: 'drop', block: view.head.l1Block } })),
  );
}

async function planNow(
  { senderOf, options }: RedemptionContext,
  waiting: readonly StoredWinner[],
  view: ChainView,
): Promise<RedemptionPlan> {
  const senders = new Map<string, SenderMoney>();
  for (const address of new Set(waiting.map(({ sender }) => hexOf(sender)))) {
    const { depositWei, withdrawRound, claimableWei } = await senderOf(address);
    // Nothing is on its way while a batch is planned, and what is mined has left the deposit already.
    senders.set(address, { depositWei, withdrawRound, reserveShareWei: claimableWei, pendingWei: 0n });
  }
  const tickets = waiting.map((winner) => ({ ...winner, hash: hexOf(winner.hash), sender: hexOf(winner.sender) }));
  const { gasPriceWei, currentRound, ticketValidityRounds, isInitialized, isActive, head } = view;
  const now = { gasPriceWei, currentRound, ticketValidityRounds, senders, latestL1Block: head.l1Block };
  return planRedemptions(tickets, { ...now, canRedeem: isInitialized && isActive }, options);
}

async function giveUpExpired(context: RedemptionContext, expired: readonly StoredWinner[], { head }: ChainView) {
  const moves: RedemptionMove[] = [];
  for (const winner of expired) {
    const found = await findRedeemed(context.chain, winner, head);
    moves.push(found ?? { winner, event: { type: 'give-up', reason: 'expired' } });
  }
  writeMoves(context, moves);
}

function reread({ rows }: RedemptionContext, winner: StoredWinner) {
  return rows.get(hexOf(winner.hash).slice(2))?.redemption ?? winner.redemption;
}
