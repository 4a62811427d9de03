import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planRedemptions, type RedemptionView, type SenderMoney, type WaitingTicket } from './plan-redemptions.ts';
import { durableRedemption, type Redemption, type RedemptionPhase } from './redemption.ts';
import { type RedemptionEvent, TRIES_MAX, transitionRedemption } from './transition-redemption.ts';

const events: Record<string, RedemptionEvent> = {
  batch: { type: 'batch', batchId: 'b2' },
  submit: { type: 'submit' },
  drop: { type: 'drop', block: 100n },
  'redeemed-event': { type: 'redeemed-event' },
  'no-event': { type: 'no-event', block: 100n },
  reorg: { type: 'reorg' },
  final: { type: 'final' },
  'give-up': { type: 'give-up', reason: 'expired' },
};
const phases: RedemptionPhase[] = ['durable', 'batched', 'submitted', 'mined', 'redeemed', 'given-up'];
const anyEvent = fc.constantFrom(...Object.values(events));

describe('transitionRedemption', () => {
  it('leads every state by every event to the documented one', () => {
    const table = phases.map((phase) => {
      const state: Redemption = { ...durableRedemption, phase, tries: 1, batchId: 'b1' };
      const moves = Object.entries(events).flatMap(([name, event]) => {
        const next = transitionRedemption(state, event);
        return next === state ? [] : [`${name} → ${next.phase}`];
      });
      return `${phase}: ${moves.join(', ')}`;
    });
    expect(table).toMatchInlineSnapshot(`
      [
        "durable: batch → batched, redeemed-event → mined, give-up → given-up",
        "batched: submit → submitted, drop → durable, redeemed-event → mined, no-event → durable",
        "submitted: drop → durable, redeemed-event → mined, no-event → durable",
        "mined: reorg → submitted, final → redeemed",
        "redeemed: ",
        "given-up: redeemed-event → mined",
      ]
    `);
  });

  it('never puts a ticket into a second batch while the first may still be mined', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (sequence) => {
        let state = durableRedemption;
        for (const event of sequence) {
          const next = transitionRedemption(state, event);
          if (event.type === 'batch' && next !== state) expect(state.phase).toBe('durable');
          if (next.batchId !== state.batchId)
            expect(state.batchId === undefined || next.batchId === undefined).toBe(true);
          expect(next.tries).toBeLessThanOrEqual(TRIES_MAX);
          state = next;
        }
      }),
    );
  });

  it('is redeemed for good once final, and never gives up what the chain has', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.array(anyEvent, { maxLength: 40 }), (before, after) => {
        const step = (state: Redemption, event: RedemptionEvent) => transitionRedemption(state, event);
        const mined = step(before.reduce(step, durableRedemption), { type: 'redeemed-event' });
        expect(['mined', 'redeemed']).toContain(mined.phase);
        const final = step(mined, { type: 'final' });
        expect(after.reduce(step, final)).toBe(final);
      }),
    );
  });

  it('waits longer after each failure, then gives up with the reason', () => {
    let state = durableRedemption;
    const pauses: bigint[] = [];
    for (let round = 0; round < TRIES_MAX; round += 1) {
      state = transitionRedemption(state, { type: 'batch', batchId: `b${round}` });
      state = transitionRedemption(state, { type: 'submit' });
      state = transitionRedemption(state, { type: 'no-event', block: 0n });
      if (state.phase === 'durable') pauses.push(state.notBeforeBlock);
    }
    expect(pauses).toEqual([5n, 10n, 20n, 40n, 80n, 160n, 300n, 300n, 300n]);
    expect(state).toMatchObject({ phase: 'given-up', reason: 'tries-used-up' });
  });

  it('comes back after a reorganisation, whether or not it was ours', () => {
    const ours = (['batch', 'submit', 'redeemed-event', 'reorg'] as const).map(
      (name) => events[name] as RedemptionEvent,
    );
    expect(ours.reduce(transitionRedemption, durableRedemption)).toMatchObject({ phase: 'submitted', batchId: 'b2' });
    const late = (['give-up', 'redeemed-event', 'reorg'] as const).map((name) => events[name] as RedemptionEvent);
    expect(late.reduce(transitionRedemption, durableRedemption)).toMatchObject({ phase: 'durable', reason: undefined });
  });
});

const money: SenderMoney = { depositWei: 100n, reserveShareWei: 0n, withdrawRound: 0n, pendingWei: 0n };
const view: RedemptionView = {
  latestL1Block: 1000n,
  currentRound: 10n,
  ticketValidityRounds: 2n,
  canRedeem: true,
  gasPriceWei: 0n,
  senders: new Map([['a', money]]),
};
const ticket = (hash: string, change: Partial<WaitingTicket> = {}): WaitingTicket => ({
  hash,
  sender: 'a',
  faceValueWei: 10n,
  creationRound: 10n,
  paramsExpirationBlock: 1000n,
  redemption: durableRedemption,
  ...change,
});

describe('planRedemptions', () => {
  it('sends what expires soonest first, then what is worth most', () => {
    const tickets = [ticket('1'), ticket('2', { faceValueWei: 20n }), ticket('3', { creationRound: 9n }), ticket('4')];
    expect(planRedemptions(tickets, view)).toEqual({ batch: ['3', '2', '1', '4'], gasLimit: 1_600_000n, expired: [] });
  });

  it('hurries for a sender that leaves', () => {
    const senders = new Map([
      ['a', money],
      ['b', { ...money, withdrawRound: 11n }],
    ]);
    expect(planRedemptions([ticket('1'), ticket('2', { sender: 'b' })], { ...view, senders }).batch).toEqual([
      '2',
      '1',
    ]);
    const gone = new Map([['a', { ...money, withdrawRound: 10n }]]);
    expect(planRedemptions([ticket('1')], { ...view, senders: gone }).batch).toEqual([]);
  });

  it('does not let one ticket that can not be paid hold up the others', () => {
    const tickets = [
      ticket('1', { creationRound: 9n, faceValueWei: 101n }),
      ticket('2', { faceValueWei: 60n }),
      ticket('3', { faceValueWei: 60n }),
      ticket('4', { faceValueWei: 40n }),
    ];
    expect(planRedemptions(tickets, view).batch).toEqual(['2', '4']);
    const pending = new Map([['a', { ...money, pendingWei: 50n }]]);
    expect(planRedemptions(tickets, { ...view, senders: pending }).batch).toEqual(['4']);
    const reserve = new Map([['a', { ...money, reserveShareWei: 1n }]]);
    expect(planRedemptions(tickets, { ...view, senders: reserve }).batch).toEqual(['1']);
  });

  it.each([
    ['its parameters are still taken', ticket('1', { paramsExpirationBlock: 1001n }), {}, {}],
    ['it failed a moment ago', ticket('1', { redemption: { ...durableRedemption, notBeforeBlock: 1001n } }), {}, {}],
    [
      'its gas costs as much as it brings',
      ticket('1', { faceValueWei: 100n }),
      { gasPriceWei: 1n },
      { gasPerTicket: 100n },
    ],
    [
      'gas is dearer than the operator allows',
      ticket('1'),
      { gasPriceWei: 2n },
      { gasPriceMaxWei: 1n, gasPerTicket: 1n },
    ],
    ['the round is not ready', ticket('1'), { canRedeem: false }, {}],
    ['nothing is known of the sender', ticket('1', { sender: 'z' }), {}, {}],
    ['it is on its way', ticket('1', { redemption: { ...durableRedemption, phase: 'submitted' } }), {}, {}],
  ] as const)('waits while %s', (_, waiting, change, limits) => {
    expect(planRedemptions([waiting], { ...view, ...change }, limits)).toEqual({
      batch: [],
      gasLimit: 0n,
      expired: [],
    });
  });

  it('names what has expired, whatever else holds', () => {
    const old = ticket('1', { creationRound: 8n });
    expect(planRedemptions([old, ticket('2')], { ...view, canRedeem: false })).toEqual({
      batch: [],
      gasLimit: 0n,
      expired: ['1'],
    });
  });

  it('never promises more of a sender than it has, nor more tickets than a batch takes, nor one twice', () => {
    const waiting = fc.record({
      sender: fc.constantFrom('a', 'b'),
      faceValueWei: fc.bigInt({ min: 1n, max: 80n }),
      creationRound: fc.bigInt({ min: 7n, max: 10n }),
      paramsExpirationBlock: fc.bigInt({ min: 990n, max: 1005n }),
    });
    const any = fc.record({
      depositWei: fc.bigInt({ min: 0n, max: 200n }),
      reserveShareWei: fc.bigInt({ min: 0n, max: 50n }),
      withdrawRound: fc.constantFrom(0n, 10n, 11n),
      pendingWei: fc.bigInt({ min: 0n, max: 100n }),
    });
    fc.assert(
      fc.property(fc.array(waiting, { maxLength: 40 }), any, any, (rows, a, b) => {
        const tickets = rows.map((row, index) => ticket(String(index), row));
        const { batch, expired } = planRedemptions(tickets, {
          ...view,
          senders: new Map([
            ['a', a],
            ['b', b],
          ]),
        });
        expect(batch.length).toBeLessThanOrEqual(10);
        expect(new Set([...batch, ...expired]).size).toBe(batch.length + expired.length);
        for (const [name, { depositWei, reserveShareWei, pendingWei }] of [
          ['a', a],
          ['b', b],
        ] as const) {
          const promised = batch.reduce((sum, hash) => {
            const chosen = tickets[Number(hash)] as WaitingTicket;
            return chosen.sender === name ? sum + chosen.faceValueWei : sum;
          }, 0n);
          expect(promised === 0n || promised <= depositWei + reserveShareWei - pendingWei).toBe(true);
        }
      }),
    );
  });
});
