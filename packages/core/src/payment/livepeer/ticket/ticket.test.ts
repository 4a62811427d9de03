import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTicket, hex, params, sender, toHex } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { creditWei, expectedValue } from './expected-value.ts';
import { auxData, packTicket } from './pack-ticket.ts';
import { WIN_PROB_MAX } from './ticket.ts';
import { bytesToBigInt, minimalBytes, uint256Bytes } from './uint256-bytes.ts';

const word = fc.bigInt({ min: 0n, max: WIN_PROB_MAX });

describe('packTicket', () => {
  it('joins the fields as TicketBroker does', () => {
    expect(toHex(packTicket({ ...params, sender, senderNonce: 1 }))).toBe(
      'f39fd6e51aad88f6f4ce6ab8827279cfffb9226670997970c51812dc3a010c7d01b50e0d17dc79c8' +
        '00000000000000000000000000000000000000000000000000044364c5bb0000' +
        '00006fd91d84bcda58175fdfab3d77a168e2893e4958803b6b57ae84efcbf000' +
        `${'00'.repeat(31)}01` +
        '849c89f1eb85cf79fdf33bc5f79d8e9f35b4a6edcad2e8fcfcea2b2206b073a2' +
        `${'00'.repeat(30)}0e74${'ab'.repeat(32)}`,
    );
  });

  it('leaves the round out only when round and hash are both 0', () => {
    const creationRoundBlockHash = hex('7624778dedc75f8b322b9fa1632a610d40b85e106c7d9bf0e743a9ce291b9c6f');
    expect(packTicket(emptyTicket)).toHaveLength(168);
    expect(packTicket({ ...emptyTicket, creationRound: 5n })).toHaveLength(232);
    expect(packTicket({ ...emptyTicket, creationRoundBlockHash })).toHaveLength(232);
    expect(toHex(auxData({ creationRound: 5n, creationRoundBlockHash }))).toBe(
      `${'00'.repeat(31)}057624778dedc75f8b322b9fa1632a610d40b85e106c7d9bf0e743a9ce291b9c6f`,
    );
  });

  it('refuses numbers that do not fit', () => {
    expect(() => packTicket({ ...emptyTicket, faceValueWei: 2n ** 256n })).toThrow(RangeError);
    expect(() => packTicket({ ...emptyTicket, winProb: -1n })).toThrow(RangeError);
  });
});

describe('expectedValue', () => {
  it('is what the worked example says', () => {
    expect(creditWei(params)).toBe(8_000_000_000n);
    // go-livepeer, pm/ticket_test.go: printed to 0 decimals.
    const half = expectedValue({ faceValueWei: 1000n, winProb: WIN_PROB_MAX / 2n });
    expect((half.numerator * 2n + half.denominator) / (2n * half.denominator)).toBe(500n);
  });

  it('is credited to the wei below, never above', () => {
    fc.assert(
      fc.property(word, word, (faceValueWei, winProb) => {
        const exact = expectedValue({ faceValueWei, winProb });
        const missing = exact.numerator - creditWei({ faceValueWei, winProb }) * exact.denominator;
        expect(missing >= 0n && missing < exact.denominator).toBe(true);
      }),
    );
  });
});

describe('numbers as bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(word, (value) => {
        expect(bytesToBigInt(uint256Bytes(value))).toBe(value);
        expect(bytesToBigInt(minimalBytes(value))).toBe(value);
        expect(toHex(minimalBytes(value))).toBe(
          value === 0n ? '' : value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0'),
        );
      }),
    );
  });
});
