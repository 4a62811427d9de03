import { livepeerBooks } from '@byoc/core/payment/livepeer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedeemingNode } from '../../support/open-redeeming-node.ts';
import { hasPart } from '../../support/require-part.ts';
import { startTicketWorld, type TicketWorld } from '../../support/ticket-world.ts';
import { until } from '../../support/until.ts';

const face = 10n ** 16n;

describe.skipIf(!(await hasPart('anvil')))('redeeming winners', () => {
  let world: TicketWorld;
  let node: RedeemingNode;
  let snapshot: unknown;
  beforeAll(async () => {
    world = await startTicketWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    snapshot = await world.local.request('evm_snapshot');
    node = await world.open(world.file());
  });
  afterEach(async () => {
    node.close();
    await world.local.request('evm_revert', [snapshot]);
  });

  async function money() {
    const head = await world.chain.head();
    const { depositWei, reserveWei } = await world.chain.sender(world.sender, head);
    return { depositWei, reserveWei, feesWei: await world.chain.pendingFeesWei(world.recipient, head) };
  }

  it('pays what left the deposit to the orchestrator, to the wei, and is final only when blocks are on top', async () => {
    const before = await money();
    await node.win(3);
    await node.step();
    expect(node.phases()).toEqual({ durable: 3 });
    await world.mine(2);
    await node.step();
    expect(node.phases()).toEqual({ submitted: 3 });
    await node.step();
    expect(node.phases()).toEqual({ mined: 3 });
    await world.mine(3);
    await node.step();
    expect(node.phases()).toEqual({ redeemed: 3 });
    const after = await money();
    expect(before.depositWei - after.depositWei).toBe(3n * face);
    expect(after.feesWei - before.feesWei).toBe(3n * face);
  });

  it('books what redeeming cost, to the wei, also of a batch that redeemed a part', async () => {
    const careful = await world.open(world.file(), { redeem: { gasPerTicket: 100_000n } });
    const balance = () => world.chain.balanceWei(world.recipient);
    const before = await balance();
    await careful.win(4);
    await world.mine(2);
    await careful.step();
    await careful.step();
    const bookings = [...livepeerBooks.list(careful.host, 0)];
    const sum = bookings.reduce((total, booking) => total + (booking.type === 'gas' ? booking.costWei : 0n), 0n);
    expect(sum).toBe(before - (await balance()));
    expect(bookings.filter(({ type }) => type === 'winner')).toHaveLength(4);
    expect([...livepeerBooks.list(careful.host, Date.now() + 3_600_000)]).toEqual([]);
    careful.close();
  });

  it('keeps the random number secret while its parameters are taken, then takes no ticket on it', async () => {
    await node.win(1);
    await node.step();
    expect(node.rows.listRetired()).toEqual([]);
    await world.mine(2);
    await node.step();
    expect(node.rows.listRetired()).toHaveLength(1);
  });

  it('does not count a batch as redeemed where a ticket in it was not, and tries that one again', async () => {
    // Too little gas for all of them: the transaction succeeds, and a ticket in it does not.
    const careful = await world.open(world.file(), { redeem: { gasPerTicket: 100_000n } });
    await careful.win(4);
    await world.mine(2);
    await careful.step();
    await careful.step();
    const { mined = 0, durable = 0 } = careful.phases();
    expect(mined + durable).toBe(4);
    expect(mined).toBeGreaterThan(0);
    const left = careful.rows.listOpen().find(({ redemption }) => redemption.phase === 'durable');
    expect(left?.redemption.tries).toBe(1);
    careful.close();
  });

  it('recognises a ticket that somebody else redeemed, by its event', async () => {
    await node.win(1);
    const twin = await world.open(world.file());
    await twin.win(1);
    await world.mine(2);
    // The chain answers before it has mined.
    await until(async () => {
      await twin.step();
      return twin.phases()['mined'] === 1;
    });
    await node.step();
    expect(node.phases()).toEqual({ mined: 1 });
    await world.mine(4);
    await node.step();
    expect(node.phases()).toEqual({ redeemed: 1 });
    twin.close();
  });

  it('waits while gas is above the limit, and uses no try for it', async () => {
    const careful = await world.open(world.file(), { redeem: { gasPriceMaxWei: 1n } });
    await careful.win(1);
    await world.mine(2);
    await careful.step();
    expect(careful.rows.listOpen()[0]?.redemption).toMatchObject({ phase: 'durable', tries: 0 });
    careful.close();
  });

  it('redeems nothing that the sender can not pay whole, and the rest', async () => {
    await node.win(1, { faceValueWei: 21n * 10n ** 18n });
    await node.win(1, { seed: 2 });
    await world.mine(2);
    await node.step();
    await node.step();
    expect(node.phases()).toEqual({ durable: 1, mined: 1 });
  });

  it('gives up a ticket whose rounds are over, with the reason', async () => {
    await node.win(1);
    await world.local.nextRound();
    await world.local.nextRound();
    await node.step();
    expect(node.rows.list(1)[0]?.redemption).toMatchObject({ phase: 'given-up', reason: 'expired' });
  });

  it('gives up a ticket that the contract will never take, with the reason, and sends nothing', async () => {
    const [hash = ''] = await node.win(1);
    const winner = node.rows.get(hash);
    node.host
      .prepare('UPDATE livepeer_winners SET signature = ?')
      .run(Buffer.from(winner?.signature ?? []).fill(7, 0, 64));
    await world.mine(2);
    const { blockNumber } = await world.chain.head();
    await node.step();
    expect(node.rows.list(1)[0]?.redemption).toMatchObject({ phase: 'given-up', reason: 'refused' });
    expect((await world.chain.head()).blockNumber).toBe(blockNumber);
  });

  it('hurries before a sender that unlocked can withdraw', async () => {
    await node.win(1);
    await world.local.request('anvil_impersonateAccount', [world.sender]);
    const unlock = { from: world.sender, to: world.chain.contracts.ticketBroker, data: '0xa69df4b5' };
    await world.local.request('eth_sendTransactionSync', [unlock]);
    await world.mine(2);
    await node.step();
    await node.step();
    expect(node.phases()).toEqual({ mined: 1 });
  });

  it('comes back after a reorganisation and ends redeemed once', async () => {
    const before = await money();
    await node.win(2);
    await world.mine(2);
    const fork = await world.local.request('evm_snapshot');
    await node.step();
    await node.step();
    expect(node.phases()).toEqual({ mined: 2 });
    // The block that has the redemption is gone, and others take its place.
    await world.local.request('evm_revert', [fork]);
    await world.mine(2);
    await node.step();
    await node.step();
    await world.mine(4);
    for (let step = 0; step < 3; step += 1) await node.step();
    expect(node.phases()).toEqual({ redeemed: 2 });
    expect(before.depositWei - (await money()).depositWei).toBe(2n * face);
  });

  it('replaces a batch that no block takes, with the same nonce', async () => {
    let nowMs = 1_000_000;
    const clock = { now: () => nowMs, sleep: async () => {} };
    const slow = await world.open(world.file(), { clock });
    const [hash = ''] = await slow.win(1);
    await world.mine(2);
    await world.local.request('evm_setAutomine', [false]);
    await slow.step();
    await slow.step();
    nowMs += 60_000;
    await slow.step();
    await world.local.request('evm_setAutomine', [true]);
    await world.mine(1);
    await slow.step();
    expect(slow.phases()).toEqual({ mined: 1 });
    const { batchId = '' } = slow.rows.get(hash)?.redemption ?? {};
    const attempts = slow.rows.attempts(batchId);
    expect(attempts).toHaveLength(2);
    expect(attempts[0]?.nonce).toBe(attempts[1]?.nonce);
    slow.close();
  });
});
