import type { RedeemingNode } from './open-redeeming-node.ts';

/** Tickets of one life. */
export const LIFE_TICKETS = 3;

/** Takes three tickets and redeems them to the last block; goes on where an earlier life was ended. `mine` makes blocks. */
export async function liveByTickets(node: RedeemingNode, mine: (blocks: number) => Promise<void>): Promise<void> {
  // Whether its payment was taken is for the sender to find out: it sends it again, and it counts once.
  if (node.rows.list(10).length < LIFE_TICKETS) await node.win(LIFE_TICKETS);
  await mine(2);
  for (let turn = 0; turn < 14 && node.phases()['redeemed'] !== LIFE_TICKETS; turn += 1) {
    await node.step();
    await mine(2);
  }
}
