import type { LivepeerChain } from '@byoc/core/payment/livepeer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../support/require-part.ts';
import { type RedeemingNode, startTicketWorld, type TicketWorld } from '../support/ticket-world.ts';

const face = 10n ** 16n;
class Crash extends Error {}

/** Counts the points between which a process may die, and dies at one of them. */
class Deathbed {
  passed = 0;
  dieAt: number;
  constructor(dieAt: number) {
    this.dieAt = dieAt;
  }
  point(): void {
    this.passed += 1;
    if (this.passed === this.dieAt) throw new Crash();
  }
}

describe.skipIf(!(await hasPart('anvil')))('a redeemer that dies at any point', () => {
  let world: TicketWorld;
  beforeAll(async () => {
    world = await startTicketWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  /** Dies before and after each commit, and before and after each transaction that is sent. */
  async function openMortal(file: string, deathbed: Deathbed): Promise<RedeemingNode> {
    const rpc: LivepeerChain['rpc'] = {
      async request(call, options) {
        if (call.method !== 'eth_sendRawTransaction') return world.chain.rpc.request(call, options);
        deathbed.point();
        const result = await world.chain.rpc.request(call, options);
        deathbed.point();
        return result;
      },
    };
    const node = await world.open(file, { chain: { ...world.chain, rpc } });
    const { transaction } = node.host;
    node.host.transaction = (work) => {
      deathbed.point();
      const result = transaction(() => {
        const done = work();
        deathbed.point();
        return done;
      });
      deathbed.point();
      return result;
    };
    return node;
  }

  /** Three tickets from the payment to the last block; returns how many points were passed. */
  async function live(dieAt: number): Promise<number> {
    const file = world.file();
    const deathbed = new Deathbed(dieAt);
    let node = await openMortal(file, deathbed);
    let wins: string[] = [];
    let isPaid = false;
    for (let turn = 0; turn < 14; turn += 1) {
      try {
        if (!isPaid) {
          wins = await node.win(3);
          isPaid = true;
          await world.mine(2);
        } else {
          await node.step();
          if (turn % 3 === 0) await world.mine(2);
        }
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        node.close();
        node = await openMortal(file, deathbed);
        // Whether its payment was taken is for the sender to find out: it sends it again, and it counts once.
        if (!isPaid) wins = node.rows.list(10).map(({ hash }) => Buffer.from(hash).toString('hex'));
        if (!isPaid && wins.length === 3) {
          isPaid = true;
          await world.mine(2);
        }
      }
    }
    expect(node.phases()).toEqual({ redeemed: 3 });
    expect(node.host.creditedWei()).toBe(3n * face);
    node.close();
    return deathbed.passed;
  }

  it('redeems every ticket once, and credits it once', async () => {
    const head = await world.chain.head();
    const before = await world.chain.sender(world.sender, head);
    const fees = await world.chain.pendingFeesWei(world.recipient, head);
    const snapshot = async () => world.local.request('evm_snapshot');
    let fork = await snapshot();
    const points = await live(0);
    expect(points).toBeGreaterThan(10);
    for (let dieAt = 1; dieAt <= points; dieAt += 1) {
      await world.local.request('evm_revert', [fork]);
      fork = await snapshot();
      await live(dieAt);
      const end = await world.chain.head();
      const after = await world.chain.sender(world.sender, end);
      expect([dieAt, before.depositWei - after.depositWei]).toEqual([dieAt, 3n * face]);
      expect((await world.chain.pendingFeesWei(world.recipient, end)) - fees).toBe(3n * face);
    }
  });
});
