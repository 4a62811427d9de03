import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledScript, bundleScript } from '../support/bundle-script.ts';
import { liveByTickets } from '../support/live-by-tickets.ts';
import { hasPart } from '../support/require-part.ts';
import { startTicketWorld, type TicketWorld } from '../support/ticket-world.ts';

const face = 10n ** 16n;

describe.skipIf(!(await hasPart('anvil')))('a redeemer that is killed at any point', () => {
  let world: TicketWorld;
  let redeemer: BundledScript;
  beforeAll(async () => {
    redeemer = await bundleScript(join(import.meta.dirname, '../fixtures/mortal-redeemer.ts'));
    world = await startTicketWorld();
  });
  afterAll(async () => {
    await redeemer?.remove();
    await world?.[Symbol.asyncDispose]();
  });

  /** All the wei that a ticket can move: what the sender has left, and what the orchestrator is owed. */
  async function books() {
    const head = await world.chain.head();
    const { depositWei, reserveWei } = await world.chain.sender(world.sender, head);
    return { leftWei: depositWei + reserveWei, feesWei: await world.chain.pendingFeesWei(world.recipient, head) };
  }

  it('redeems every ticket once and credits it once, by its successor on the same database', async () => {
    const before = await books();
    let fork = await world.local.request('evm_snapshot');
    const whole = await redeemer.run(world.local.url, world.file(), '0');
    const points = Number(whole.stdout);
    // Before, in and after the commits of payment, batch, sending, event and end; before and after the sending itself.
    expect(points).toBe(5 * 3 + 2);
    for (let dieAt = 1; dieAt <= points; dieAt += 1) {
      await world.local.request('evm_revert', [fork]);
      fork = await world.local.request('evm_snapshot');
      const file = world.file();
      expect([dieAt, (await redeemer.run(world.local.url, file, String(dieAt))).signal]).toEqual([dieAt, 'SIGKILL']);
      const successor = await world.open(file);
      await liveByTickets(successor, (blocks) => world.mine(blocks));
      expect([dieAt, successor.phases()]).toEqual([dieAt, { redeemed: 3 }]);
      expect(successor.host.creditedWei()).toBe(3n * face);
      successor.close();
      const { leftWei, feesWei } = await books();
      expect([dieAt, before.leftWei - leftWei, feesWei - before.feesWei]).toEqual([dieAt, 3n * face, 3n * face]);
    }
  });
});
