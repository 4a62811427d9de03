import type { ChainView } from '../chain/create-chain-watcher.ts';
import { redeemCall } from '../chain/redeem-call.ts';
import { RpcRefusal } from '../chain/rpc-refusal.ts';
import { findRedeemed } from './find-redeemed.ts';
import type { RedemptionContext, RedemptionMove } from './redemption-context.ts';
import type { StoredWinner } from './redemption-rows.ts';

/** What the contract says of a ticket that it will never pay. */
const NEVER =
  /recipientRand does not match|invalid signature|INVALID_SIGNATURE|did not win|null address|invalid length for ticket auxData|creationRoundBlockHash invalid|does not have a block hash/;

/**
 * Asks the contract what it would do with one ticket, without sending anything.
 *
 * @returns `redeem`; `wait` while it can't be paid; or what becomes of a ticket that never will be
 */
export async function tryRedemption(
  { chain, signer, host }: RedemptionContext,
  winner: StoredWinner,
  { head }: ChainView,
): Promise<'redeem' | 'wait' | RedemptionMove> {
  const block = `0x${head.blockNumber.toString(16)}`;
  const call = { from: signer.address, to: chain.contracts.ticketBroker, data: redeemCall(winner) };
  try {
    await chain.rpc.request({ method: 'eth_call', params: [call, block] });
    return 'redeem';
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    const { reason } = error;
    if (reason.includes('ticket is used')) return (await findRedeemed(chain, winner, head)) ?? 'wait';
    if (reason.includes('ticket is expired')) return { winner, event: { type: 'give-up', reason: 'expired' } };
    if (NEVER.test(reason)) return { winner, event: { type: 'give-up', reason: 'refused' } };
    host.logger.warn({ ticket: Buffer.from(winner.hash).toString('hex'), reason }, 'ticket has to wait');
    return 'wait';
  }
}
