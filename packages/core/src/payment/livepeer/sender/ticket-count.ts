import { NONCES_MAX } from '../recipient/nonce-book.ts';

/** How many tickets cover a cost: as many as it takes, at most 600; none when there is nothing to pay or nothing to pay with. */
export function ticketCount(costWei: bigint, creditWei: bigint): number {
  if (costWei <= 0n || creditWei <= 0n) return 0;
  const count = (costWei + creditWei - 1n) / creditWei;
  return count > BigInt(NONCES_MAX) ? NONCES_MAX : Number(count);
}
