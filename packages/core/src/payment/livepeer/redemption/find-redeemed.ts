import type { ChainHead, LivepeerChain, RedeemedEvent } from '../chain/livepeer-chain.ts';
import type { RedemptionMove } from './redemption-context.ts';
import type { StoredWinner } from './redemption-rows.ts';

/** The event of a winner among others. */
export function eventOf(winner: StoredWinner, events: readonly RedeemedEvent[]): RedeemedEvent | undefined {
  const rand = BigInt(hexOf(winner.recipientRand));
  const sender = hexOf(winner.sender);
  return events.find(
    (event) =>
      event.recipientRand === rand &&
      event.senderNonce === BigInt(winner.senderNonce) &&
      event.sender.toLowerCase() === sender,
  );
}

/**
 * What the chain says of a winner that is not on its way: redeemed by whomever, or spent without a word. Undefined while it is
 * unused.
 */
export async function findRedeemed(
  chain: LivepeerChain,
  winner: StoredWinner,
  head: ChainHead,
): Promise<RedemptionMove | undefined> {
  if (!(await chain.isUsed(hexOf(winner.hash), head))) return undefined;
  const events = await chain.redeemed(hexOf(winner.sender), hexOf(winner.recipient), winner.storedBlock, head);
  const event = eventOf(winner, events);
  if (event === undefined) return { winner, event: { type: 'give-up', reason: 'used' } };
  return { winner, event: { type: 'redeemed-event' }, mined: event };
}

/** Bytes as `0x` and hex digits. */
export function hexOf(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
