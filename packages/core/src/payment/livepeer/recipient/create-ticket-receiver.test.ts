import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, params, recipient, sender, senderKey, toHex } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { createLocalSigner } from '../../keys/create-local-signer.ts';
import { createPortableEngine } from '../../keys/create-portable-engine.ts';
import { createTicketSender } from '../sender/create-ticket-sender.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import { createTicketReceiver, type ReceivedTickets, type SenderView } from './create-ticket-receiver.ts';
import { issueTicketParams } from './issue-ticket-params.ts';
import { createNonceBook, NONCES_MAX } from './nonce-book.ts';

const engine = createPortableEngine();
const secret = hex('11'.repeat(32));

const view: SenderView = {
  latestL1Block: 23_000_000n,
  lastInitializedRound: 3700n,
  ticketValidityRounds: 2n,
  withdrawRound: 0n,
};
const purpose = 'text/echo@1.0.0 30/1';

function setUp(options: { winProb?: bigint; store?: (received: ReceivedTickets) => void } = {}) {
  const issued = issueTicketParams(engine, secret, {
    ...params,
    winProb: options.winProb ?? params.winProb,
    seed: new Uint8Array(randomBytes(32)),
    recipient,
    sender,
    purpose,
  });
  const nonces = createNonceBook();
  const stored: ReceivedTickets[] = [];
  const store = options.store ?? ((received: ReceivedTickets) => void stored.push(received));
  const receiver = createTicketReceiver({ engine, recipient, secret, nonces, store });
  const signer = createTicketSender(createLocalSigner(senderKey, { engine }));
  return { issued, nonces, stored, receiver, signer };
}

describe('createTicketReceiver', () => {
  it('credits good tickets once, and again none of them', async () => {
    const { issued, receiver, signer, stored } = setUp();
    const payment = await signer.sign(issued, { count: 3 });
    expect(receiver.receive(payment, { purpose, view })).toMatchObject({ creditWei: 24_000_000_000n, refused: [] });
    const replay = receiver.receive(payment, { purpose, view });
    expect(replay).toMatchObject({ creditWei: 0n, used: [], winners: [] });
    expect(replay.refused.map(({ reason }) => reason)).toEqual(['nonce-seen', 'nonce-seen', 'nonce-seen']);
    const next = await signer.sign(issued, { count: 1 });
    expect(next.tickets[0]?.senderNonce).toBe(4);
    expect(receiver.receive(next, { purpose, view }).creditWei).toBe(8_000_000_000n);
    expect(stored.map(({ creditWei }) => creditWei)).toEqual([24_000_000_000n, 0n, 8_000_000_000n]);
  });

  it('counts the same ticket twice in one payment once', async () => {
    const { issued, receiver, signer } = setUp();
    const payment = await signer.sign(issued, { count: 1 });
    const doubled = { ...payment, tickets: [...payment.tickets, ...payment.tickets] };
    expect(receiver.receive(doubled, { purpose, view })).toMatchObject({
      creditWei: 8_000_000_000n,
      used: [{ senderNonce: 1 }],
    });
  });

  it('keeps winners with all that redeeming them takes', async () => {
    const { issued, receiver, signer } = setUp({ winProb: WIN_PROB_MAX });
    const { winners, creditWei } = receiver.receive(await signer.sign(issued, { count: 2 }), { purpose, view });
    expect(creditWei).toBe(2n * params.faceValueWei);
    expect(winners.map(({ senderNonce }) => senderNonce)).toEqual([1, 2]);
    expect(engine.keccak256(winners[0]?.recipientRand ?? new Uint8Array())).toEqual(issued.recipientRandHash);
  });

  it('goes on after a restart with the same secret and rows, and counts nothing twice', async () => {
    const { issued, receiver, signer, stored } = setUp();
    const payment = await signer.sign(issued, { count: 2 });
    receiver.receive(payment, { purpose, view });
    const nonces = createNonceBook({ used: stored.flatMap(({ used }) => used) });
    const restarted = createTicketReceiver({ engine, recipient, secret, nonces, store: () => {} });
    expect(restarted.receive(payment, { purpose, view }).creditWei).toBe(0n);
    expect(restarted.receive(await signer.sign(issued, { count: 1 }), { purpose, view }).creditWei).toBe(
      8_000_000_000n,
    );
  });

  it('credits nothing that could not be written, and takes it when it is sent again', async () => {
    let broken = true;
    const { issued, receiver, signer } = setUp({
      store: () => {
        if (broken) throw new Error('disk full');
      },
    });
    const payment = await signer.sign(issued, { count: 1 });
    expect(() => receiver.receive(payment, { purpose, view })).toThrow('disk full');
    broken = false;
    expect(receiver.receive(payment, { purpose, view }).creditWei).toBe(8_000_000_000n);
  });

  it('takes at most 600 nonces of one random number', async () => {
    const { issued, receiver, signer, nonces } = setUp();
    const randHash = toHex(issued.recipientRandHash);
    for (let senderNonce = 1000; senderNonce < 1000 + NONCES_MAX - 1; senderNonce += 1) {
      nonces.mark({ randHash, senderNonce, expirationBlock: issued.expirationBlock });
    }
    const received = receiver.receive(await signer.sign(issued, { count: 2 }), { purpose, view });
    expect(received).toMatchObject({ creditWei: 8_000_000_000n, refused: [{ senderNonce: 2, reason: 'nonce-full' }] });
  });

  it('takes no ticket on a random number that is public', async () => {
    const { issued, receiver, signer, nonces } = setUp();
    nonces.retire(toHex(issued.recipientRandHash), issued.expirationBlock);
    const received = receiver.receive(await signer.sign(issued, { count: 1 }), { purpose, view });
    expect(received).toMatchObject({ creditWei: 0n, refused: [{ senderNonce: 1, reason: 'nonce-retired' }] });
  });

  it('does not let a forger burn the nonces of a sender', async () => {
    const { issued, receiver, signer } = setUp();
    const forger = {
      ...signer,
      async sign(onParams: typeof issued, options: { count: number }) {
        const { tickets } = await createTicketSender(createLocalSigner(hex('01'.repeat(32)))).sign(onParams, options);
        return { ...(await signer.sign(onParams, options)), tickets };
      },
    };
    const forged = receiver.receive(await forger.sign(issued, { count: 1 }), { purpose, view });
    expect(forged).toMatchObject({ creditWei: 0n, refused: [{ reason: 'signature-other-signer' }] });
    expect(receiver.receive(await signer.sign(issued, { count: 1 }), { purpose, view }).creditWei).toBe(8_000_000_000n);
  });

  it.each([
    ['another recipient', { recipient: sender }, {}],
    ['another face value', { faceValueWei: 10n ** 20n }, {}],
    ['another probability', { winProb: 1n }, {}],
    ['another expiry', { expirationBlock: 99_000_000n }, {}],
    ['another round', { creationRound: 3701n }, {}],
    ['another round hash', { creationRoundBlockHash: hex('cd'.repeat(32)) }, {}],
    ['another random number', { recipientRandHash: hex('cd'.repeat(32)) }, {}],
    ['another seed', { seed: hex('cd'.repeat(32)) }, {}],
    ['expired parameters', {}, { latestL1Block: 23_000_040n }],
    ['a round that is over', {}, { lastInitializedRound: 3702n }],
    ['a sender that leaves', {}, { withdrawRound: 3701n }],
    ['a sender that has left', {}, { withdrawRound: 3000n }],
  ])('refuses a whole payment with %s', async (_, change, seen) => {
    const { issued, receiver, signer, stored } = setUp();
    const payment = await signer.sign({ ...issued, ...change }, { count: 1 });
    expect(() => receiver.receive(payment, { purpose, view: { ...view, ...seen } })).toThrow(
      expect.objectContaining({ code: 'PAYMENT_TICKETS_REFUSED' }),
    );
    expect(stored).toEqual([]);
  });

  it('refuses parameters that were given for another purpose, or to another sender, and no sender at all', async () => {
    const { issued, receiver, signer } = setUp();
    const payment = await signer.sign(issued, { count: 1 });
    expect(() => receiver.receive(payment, { purpose: 'other', view })).toThrow(/not ones that were given/);
    expect(() => receiver.receive({ ...payment, sender: recipient }, { purpose, view })).toThrow(
      /not ones that were given/,
    );
    expect(() => receiver.receive({ ...payment, sender: new Uint8Array(20) }, { purpose, view })).toThrow(/no sender/);
  });

  it('still takes a sender that unlocked but can not withdraw soon', async () => {
    const { issued, receiver, signer } = setUp();
    const leaving = { ...view, withdrawRound: 3702n };
    expect(receiver.receive(await signer.sign(issued, { count: 1 }), { purpose, view: leaving }).used).toHaveLength(1);
  });
});

describe('createNonceBook', () => {
  it('lets each nonce be used once, in any order, and forgets only what has expired', () => {
    const step = fc.record({ rand: fc.constantFrom('a', 'b', 'c'), senderNonce: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const book = createNonceBook();
        const seen = new Set<string>();
        const expirationBlock = { a: 10n, b: 20n, c: 30n };
        for (const { rand, senderNonce } of steps) {
          const key = `${rand}${senderNonce}`;
          expect(book.look(rand, senderNonce)).toBe(seen.has(key) ? 'seen' : 'new');
          book.mark({ randHash: rand, senderNonce, expirationBlock: expirationBlock[rand as 'a'] });
          seen.add(key);
        }
        book.forget(20n);
        expect(book.size).toBe(steps.some(({ rand }) => rand === 'c') ? 1 : 0);
      }),
    );
  });
});
