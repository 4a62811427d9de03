import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hex,
  params,
  recipient,
  recipientRandOfParams,
  sender,
  senderKey,
  toHex,
} from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { createPortableEngine } from '../engine/create-portable-engine.ts';
import { createTicketSender, localTicketSigner } from '../sender/create-ticket-sender.ts';
import { auxData } from '../ticket/pack-ticket.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import { minimalBytes } from '../ticket/uint256-bytes.ts';
import { createTicketReceiver, type ReceivedTickets, type SenderView } from './create-ticket-receiver.ts';
import { issueTicketParams } from './issue-ticket-params.ts';
import { loadTicketSecret } from './load-ticket-secret.ts';
import { maxFloatWei } from './max-float-wei.ts';
import { createNonceBook, NONCES_MAX } from './nonce-book.ts';
import { planTicketWorth } from './plan-ticket-worth.ts';
import { recipientRand } from './recipient-rand.ts';

const engine = createPortableEngine();
const secret = hex('11'.repeat(32));

describe('planTicketWorth', () => {
  const base = { targetEvWei: 5n, redeemGas: 10_000n, maxFloatWei: 10n ** 18n, sender: '0x0' };

  // go-livepeer, pm/recipient_test.go.
  it.each([
    [{ gasPriceWei: 100n }, 100_000_000n, 5789604461865809771178549250434395392663499233282028201972879200395660n],
    [{ gasPriceWei: 777n }, 777_000_000n, 745122839364969082519761808292714979750772102095499125093034646125570n],
    [
      { gasPriceWei: 1n, maxFloatWei: 10_001n },
      10_001n,
      57890255593098787833002192285115442382396752657554526567072084795477017120n,
    ],
  ])('gives the numbers of go-livepeer for %o', (input, faceValueWei, winProb) => {
    expect(planTicketWorth({ ...base, ...input })).toEqual({ faceValueWei, winProb });
  });

  it('gives the numbers of the worked example', () => {
    const worth = planTicketWorth({
      targetEvWei: 8n * 10n ** 9n,
      redeemGas: 1_200_000n,
      gasPriceWei: 10_000_000n,
      maxFloatWei: 10n ** 18n,
      sender: '0x0',
    });
    expect(worth).toEqual({ faceValueWei: params.faceValueWei, winProb: params.winProb });
    expect(toHex(minimalBytes(worth.faceValueWei))).toBe('044364c5bb0000');
    expect(toHex(minimalBytes(worth.winProb))).toBe('6fd91d84bcda58175fdfab3d77a168e2893e4958803b6b57ae84efcbf000');
  });

  it('takes 100 times the average when gas costs less, and respects the operator', () => {
    expect(planTicketWorth({ ...base, gasPriceWei: 0n }).faceValueWei).toBe(500n);
    expect(planTicketWorth({ ...base, gasPriceWei: 0n, faceValueMaxWei: 50n }).faceValueWei).toBe(50n);
    expect(planTicketWorth({ ...base, gasPriceWei: 0n, maxFloatWei: 5n }).winProb).toBe(WIN_PROB_MAX);
  });

  it('refuses a sender that can cover neither the average nor the gas', () => {
    expect(() => planTicketWorth({ ...base, gasPriceWei: 0n, maxFloatWei: 4n })).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: 0x0 can be trusted for tickets of 4 wei, and redeeming one is worth its gas from 5 wei.
      Hint: Add to the reserve of that wallet: each active orchestrator can count on an equal share of it.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#payment_sender_reserve_too_low]
    `);
    expect(() => planTicketWorth({ ...base, gasPriceWei: 1n, maxFloatWei: 9999n })).toThrow(/9999 wei/);
    // Above what redeeming costs at 3 gwei, dearer gas is no reason.
    const dear = { ...base, gasPriceWei: 10n ** 12n, maxFloatWei: 3n * 10n ** 13n };
    expect(planTicketWorth(dear).faceValueWei).toBe(3n * 10n ** 13n);
  });

  it('keeps the average at the target: at least it, less than a wei above', () => {
    const wei = fc.bigInt({ min: 1n, max: 10n ** 20n });
    fc.assert(
      fc.property(wei, fc.bigInt({ min: 0n, max: 10n ** 12n }), (targetEvWei, gasPriceWei) => {
        const worth = planTicketWorth({ ...base, targetEvWei, gasPriceWei, maxFloatWei: 10n ** 40n });
        const scaled = worth.faceValueWei * worth.winProb;
        expect(scaled >= targetEvWei * WIN_PROB_MAX && scaled < (targetEvWei + 1n) * WIN_PROB_MAX).toBe(true);
        expect(worth.winProb <= WIN_PROB_MAX && worth.faceValueWei > targetEvWei).toBe(true);
      }),
    );
  });
});

describe('maxFloatWei', () => {
  const float = {
    depositWei: 100n,
    reserveWei: 900n,
    claimedThisRoundWei: 100n,
    claimedByMeWei: 40n,
    pendingWei: 0n,
    poolSize: 10n,
  };

  it('is the own share of the reserve, less what was claimed and what is on its way', () => {
    expect(maxFloatWei(float)).toBe(60n);
    expect(maxFloatWei({ ...float, pendingWei: 33n })).toBe(60n);
    expect(maxFloatWei({ ...float, pendingWei: 34n })).toBe(26n);
    expect(maxFloatWei({ ...float, pendingWei: 1000n })).toBe(0n);
    expect(maxFloatWei({ ...float, claimedByMeWei: 101n })).toBe(0n);
    expect(maxFloatWei({ ...float, poolSize: 0n })).toBe(0n);
  });
});

describe('recipientRand', () => {
  const binding = { ...params, sender, purpose: 'video/transcode@1.0.0 30/1' };

  it('has the fields and the HMAC of the worked example, and its hash', () => {
    // go-livepeer joins the fields without their lengths; its random number is the recipient's own affair.
    const message = [
      params.seed,
      sender,
      minimalBytes(params.faceValueWei),
      minimalBytes(params.winProb),
      minimalBytes(params.expirationBlock),
      minimalBytes(30n),
      minimalBytes(1n),
      auxData(params),
    ];
    const joined = Buffer.concat(message);
    expect(joined).toHaveLength(159);
    expect(new Uint8Array(createHmac('sha256', secret).update(joined).digest())).toEqual(recipientRandOfParams);
    expect(engine.keccak256(recipientRandOfParams)).toEqual(params.recipientRandHash);
  });

  it('is the same again for the same fields, and another one when any of them changes', () => {
    const rand = recipientRand(secret, binding);
    expect(recipientRand(secret, { ...binding })).toEqual(rand);
    const others = [
      { sender: recipient },
      { seed: hex('23'.repeat(32)) },
      { faceValueWei: 1n },
      { winProb: 1n },
      { expirationBlock: 1n },
      { creationRound: 1n },
      { creationRoundBlockHash: hex('cd'.repeat(32)) },
      { purpose: 'text/chat@1.0.0 30/1' },
    ].map((change) => toHex(recipientRand(secret, { ...binding, ...change })));
    expect(new Set([...others, toHex(rand), toHex(recipientRand(hex('12'.repeat(32)), binding))]).size).toBe(10);
  });

  it('does not let a sender move bytes from one number to the next', () => {
    // Joined without lengths, both would be the same message.
    const moved = {
      ...binding,
      faceValueWei: (binding.faceValueWei << 8n) | 0x6fn,
      winProb: BigInt(`0x${toHex(minimalBytes(binding.winProb)).slice(2)}`),
    };
    const joined = (fields: typeof binding) =>
      toHex(Buffer.concat([minimalBytes(fields.faceValueWei), minimalBytes(fields.winProb)]));
    expect(joined(moved)).toBe(joined(binding));
    expect(recipientRand(secret, moved)).not.toEqual(recipientRand(secret, binding));
  });
});

describe('loadTicketSecret', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-secret-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes a secret once, for its owner only, however many ask at once', async () => {
    const path = join(folder, 'ticket-secret');
    const made = await Promise.all(Array.from({ length: 8 }, () => loadTicketSecret(path)));
    expect(new Set(made.map(toHex)).size).toBe(1);
    expect(made[0]).toHaveLength(32);
    expect(await loadTicketSecret(path)).toEqual(made[0]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['ticket-secret']);
  });

  it('refuses a damaged file, and does not replace it', async () => {
    const path = join(folder, 'damaged');
    await writeFile(path, 'abc');
    await expect(loadTicketSecret(path)).rejects.toMatchObject({ code: 'PAYMENT_SECRET_UNREADABLE' });
    await expect(loadTicketSecret(join(folder, 'no', 'folder'))).rejects.toMatchObject({
      code: 'PAYMENT_SECRET_UNREADABLE',
    });
    expect((await stat(path)).size).toBe(3);
  });
});

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
  const signer = createTicketSender(engine, { sender, sign: localTicketSigner(engine, senderKey) });
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
    const forger = createTicketSender(engine, { sender, sign: localTicketSigner(engine, hex('01'.repeat(32))) });
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
