import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { recoverAddress, keccak256 as viemKeccak256 } from 'viem';
import { describe, expect, it } from 'vitest';
import {
  emptyTicket,
  hex,
  params,
  recipientRandOfParams,
  sender,
  senderKey,
  signedTickets,
  toHex,
  winnable,
  winnableTickets,
  winnerSignature,
} from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { createPortableEngine } from '../../keys/create-portable-engine.ts';
import { recoverSigner } from '../../keys/recover-signer.ts';
import { signHash } from '../ticket/sign-hash.ts';
import { personalHash, ticketHash } from '../ticket/ticket-hash.ts';
import { ticketDraw, verifyTicket } from '../ticket/verify-ticket.ts';
import { loadCryptoEngine } from './load-crypto-engine.ts';
import { loadNativeEngine } from './load-native-engine.ts';
import { loadWasmEngine } from './load-wasm-engine.ts';

const ORDER = secp256k1.Point.Fn.ORDER;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const key = fc.bigInt({ min: 1n, max: ORDER - 1n }).map((value) => hex(value.toString(16).padStart(64, '0')));
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

// The prebuilt binary exists for these; elsewhere the next engine takes over.
const hasNative = ['linux-x64', 'darwin-arm64', 'win32-x64'].includes(`${process.platform}-${process.arch}`);
const engines = await Promise.all([
  ...(hasNative ? [loadNativeEngine()] : []),
  loadWasmEngine(),
  createPortableEngine(),
]);

describe.each(engines.map((engine) => [engine.name, engine] as const))('the %s engine', (_, engine) => {
  it.each([
    [{ senderNonce: 4_294_967_295 }, 'e1393fc7f6de093780674022f96cb8e3872235167d037c04d554e58c0e63d280'],
    [{ senderNonce: 1 }, 'ce0918ba94518293e9712effbe5fca4f1f431089833a5b8c257cb1e024595f68'],
    [{ faceValueWei: 1n, winProb: 500n }, '87ef13f2d37e4d5352a01d3c77b8179d80e0887f1953bfabfd0bfd7b0f689ddd'],
    [{ faceValueWei: 500n, winProb: 1n }, 'aa4b35071043587992ac8b9dd1b2cf1d8311130e6458cf0b2342484e21af5f5b'],
    [
      { recipient: hex('73AEd7b5dEb30222fa896f399d46cC99c7BEe57F') },
      '81e353ae39046e2b77b9f996abbaeed527fda559b61ef90f299c4499dd508ccc',
    ],
    [
      { recipientRandHash: hex('41b1a0649752af1b28b3dc29a1556eee781e4a4c3a1f7f53f90fa834de098c4d') },
      'be5eaf9a49a39540b9bb02f1a21904f61324a29819e2c032824bfaa10c100b17',
    ],
    [
      {
        creationRound: 10n,
        creationRoundBlockHash: hex('41b1a0649752af1b28b3dc29a1556eee781e4a4c3a1f7f53f90fa834de098c4d'),
      },
      'e502907c16036ab3d11b78c5a2e93c20f3d6415c67f91de4ed01348182b3b2e2',
    ],
  ])('hashes tickets as go-livepeer does: %o', (fields, hash) => {
    expect(toHex(ticketHash(engine, { ...emptyTicket, ...fields }))).toBe(hash);
  });

  it.each(signedTickets)('signs, verifies and draws ticket $senderNonce of the worked example', (vector) => {
    const ticket = { ...params, sender, senderNonce: vector.senderNonce };
    const hash = ticketHash(engine, ticket);
    expect(toHex(hash)).toBe(vector.hash);
    if (vector.digest !== undefined) expect(toHex(personalHash(engine, hash))).toBe(vector.digest);
    const signature = signHash(engine, hash, senderKey);
    expect(toHex(signature)).toBe(vector.signature);
    expect(toHex(ticketDraw(engine, signature, recipientRandOfParams))).toBe(vector.draw);
    expect(verifyTicket(engine, { ...ticket, signature }, recipientRandOfParams)).toEqual({
      valid: true,
      hash,
      won: false,
    });
  });

  it.each(winnableTickets)('lets ticket %i of the winning example draw as it must', (senderNonce, hash, draw, won) => {
    const ticket = { ...winnable, senderNonce };
    expect(toHex(engine.keccak256(winnable.rand))).toBe(toHex(winnable.recipientRandHash));
    const signature = signHash(engine, ticketHash(engine, ticket), senderKey);
    if (won) expect(toHex(signature)).toBe(winnerSignature);
    expect(toHex(ticketDraw(engine, signature, winnable.rand))).toBe(draw);
    expect(verifyTicket(engine, { ...ticket, signature }, winnable.rand)).toEqual({
      valid: true,
      hash: hex(hash),
      won,
    });
  });

  it('recovers the signer that go-livepeer recovers, and refuses its signature with a high s', () => {
    const digest = personalHash(engine, hex('b7da355477356fc4c47fcabcf232dc77a6db9b07b7e48b76261cc55cc8fbabb3'));
    const low = hex(
      '206443228e8f784bc3a122de0d85eb3ebff82d6a79cca26c7eeb907099a6404f6dff57bc6828f28bd6cd073c89d94cf3364204679ed8365fa45b5ee6af19a9841c',
    );
    const high = hex(
      'e742ff452d41413616a5bf43fe15dd88294e983d3d36206c2712f39083d638bde0a0fc89be718fbc1033e1d30d78be1c68081562ed2e97af876f286f3453231d1b',
    );
    expect(recoverSigner(engine, digest, low)).toEqual({ address: hex('3BadDb1eeE2105893136A3F96c8a963E9C6309d6') });
    expect(recoverSigner(engine, digest, high)).toEqual({ reason: 'high-s' });
  });

  it('refuses every other form of a good signature: nobody gets a second draw', () => {
    const hash = hex(signedTickets[0].hash);
    const good = hex(signedTickets[0].signature);
    const withV = (v: number) => Uint8Array.from([...good.subarray(0, 64), v]);
    const s = BigInt(`0x${toHex(good.subarray(32, 64))}`);
    const flipped = hex(`${toHex(good.subarray(0, 32))}${(ORDER - s).toString(16).padStart(64, '0')}1c`);
    // EIP-2098: the recovery bit in the highest bit of s.
    const compact = good.slice(0, 64);
    const reasonOf = (signature: Uint8Array) =>
      verifyTicket(engine, { ...params, sender, senderNonce: 1, signature }, recipientRandOfParams);
    expect(ticketHash(engine, { ...params, sender, senderNonce: 1 })).toEqual(hash);
    expect(reasonOf(good)).toMatchObject({ valid: true });
    expect(reasonOf(flipped)).toEqual({ valid: false, reason: 'high-s' });
    expect(reasonOf(compact)).toEqual({ valid: false, reason: 'length' });
    expect(reasonOf(Uint8Array.from([...good, 0]))).toEqual({ valid: false, reason: 'length' });
    expect(reasonOf(new Uint8Array())).toEqual({ valid: false, reason: 'length' });
    for (const v of [0, 1, 26, 29, 30, 255])
      expect(reasonOf(withV(v))).toEqual({ valid: false, reason: 'recovery-value' });
    expect(reasonOf(withV(28))).toMatchObject({ valid: false });
    expect(reasonOf(Uint8Array.from([...new Uint8Array(64), 27]))).toEqual({ valid: false, reason: 'no-key' });
    expect(reasonOf(hex(`${'ff'.repeat(32)}${toHex(good.subarray(32))}`))).toEqual({ valid: false, reason: 'no-key' });
  });

  it('gives the same bytes as viem, for any data and any key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), bytes32, key, async (data, hash, privateKey) => {
        expect(`0x${toHex(engine.keccak256(data))}`).toBe(viemKeccak256(data));
        const signature = signHash(engine, hash, privateKey);
        const digest = personalHash(engine, hash);
        const signer = recoverSigner(engine, digest, signature);
        const expected = await recoverAddress({ hash: digest, signature: `0x${toHex(signature)}` });
        expect('address' in signer && `0x${toHex(signer.address)}`).toBe(expected.toLowerCase());
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a ticket of which one bit was changed', () => {
    const ticket = { ...params, sender, senderNonce: 1, signature: hex(signedTickets[0].signature) };
    const changed = fc.oneof(
      fc.record({ faceValueWei: word, winProb: word }),
      fc.record({ senderNonce: fc.integer({ min: 2, max: 2 ** 32 - 1 }) }),
      fc.record({ recipientRandHash: bytes32 }),
      fc.record({ creationRound: fc.bigInt({ min: 0n, max: 3699n }) }),
      fc.record({ creationRoundBlockHash: bytes32 }),
    );
    fc.assert(
      fc.property(changed, (fields) => {
        expect(verifyTicket(engine, { ...ticket, ...fields }, recipientRandOfParams).valid).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('never throws on bytes of any kind', () => {
    fc.assert(
      fc.property(
        bytes32,
        fc.uint8Array({ minLength: 60, maxLength: 70 }),
        fc.constantFrom(27, 28),
        (hash, noise, v) => {
          const signature = noise.length === 65 ? Uint8Array.from([...noise.subarray(0, 64), v]) : noise;
          recoverSigner(engine, hash, signature);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a ticket', () => {
  const engine = createPortableEngine();

  it('with probability 0 never wins; with the highest it practically always does', () => {
    for (const [winProb, won] of [
      [0n, false],
      [2n ** 256n - 1n, true],
    ] as const) {
      const ticket = { ...winnable, winProb, senderNonce: 1 };
      const signature = signHash(engine, ticketHash(engine, ticket), senderKey);
      expect(verifyTicket(engine, { ...ticket, signature }, winnable.rand)).toMatchObject({ won });
    }
  });
});

describe('loadCryptoEngine', () => {
  it('takes the fastest engine there is and names it in the log', async () => {
    const lines: unknown[] = [];
    const log = (fields: object, message?: string) => lines.push({ ...fields, message });
    const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
    const engine = await loadCryptoEngine({ logger: logger as never });
    expect(engine.name).toBe(engines[0]?.name);
    expect(lines).toMatchObject([{ engine: engine.name, message: 'ticket engine chosen' }]);
  });
});
