import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, params, sender, signedTickets, toHex } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { rational } from '../../../price/rational.ts';
import { decodeTicketPayment } from './decode-ticket-payment.ts';
import { encodeTicketPayment } from './encode-ticket-payment.ts';
import { decodeTicketParams, encodeTicketParams } from './ticket-params-message.ts';
import type { TicketPayment } from './ticket-payment.ts';

const payment: TicketPayment = {
  params,
  sender,
  tickets: signedTickets.map(({ senderNonce, signature }) => ({ senderNonce, signature: hex(signature) })),
  expectedPrice: rational(30n),
};

/** The header `Livepeer-Payment` of the worked example. */
const header =
  'CrABChTzn9blGq2I9vTOariCcnnP/7kiZhIHBENkxbsAABoeb9kdhLzaWBdf36s9d6Fo4ok+SViAO2tXroTvy/AAIiCEnInx64XPef3zO8X3nY6fNbSm7crS6Pz86isiBrBzoiogIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIyBAFe8+g6JQj0HBIgq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6sSFHCZeXDFGBLcOgEMfQG1Dg0X3HnIGiUI9BwSIKurq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urIkUIARJBYhbayWN7FB7gQ+4fK7mMN3ypX3t00JarGHF9OflE9/YrROvEqSK8UeYxT8oAw4PD56Ag/4bFD2UxCwdMqHm4hBsiRQgCEkEiA5aEPDkoZU7H0A+bIelbGWuiulrCt5YVy05w/zcFj1RckTQFUtJHfbHy6HaZswQ9wvI5qn1o8zdWM9XH94FLGyoECB4QAQ==';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const anyParams = fc.record({
  recipient: bytes(20),
  faceValueWei: word,
  winProb: word,
  recipientRandHash: bytes(32),
  seed: fc.uint8Array({ maxLength: 64 }),
  expirationBlock: word,
  creationRound: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  creationRoundBlockHash: bytes(32),
});

describe('a payment on the wire', () => {
  it('is the header of the worked example, both ways', () => {
    const message = encodeTicketPayment(payment);
    expect(message).toHaveLength(388);
    expect(Buffer.from(message).toString('base64')).toBe(header);
    expect(decodeTicketPayment(new Uint8Array(Buffer.from(header, 'base64')))).toEqual(payment);
  });

  it.each([
    [100, 9796],
    [600, 57_760],
  ])('takes with %i tickets as many characters as a header must hold', (count, characters) => {
    const signature = hex(signedTickets[0].signature);
    const tickets = Array.from({ length: count }, (_, index) => ({ senderNonce: index + 1, signature }));
    expect(Buffer.from(encodeTicketPayment({ ...payment, tickets })).toString('base64')).toHaveLength(characters);
  });

  it('carries parameters as the worked example', () => {
    const message = encodeTicketParams(params);
    expect(message).toHaveLength(176);
    expect(toHex(message)).toContain('1207044364c5bb0000');
    expect(toHex(message)).toContain('32 04 015ef3e8'.replaceAll(' ', ''));
    expect(decodeTicketParams(message)).toEqual(params);
  });

  it('comes back as it was, whatever is in it', () => {
    const price = fc
      .tuple(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }))
      .map(([top, bottom]) => rational(top, bottom));
    const tickets = fc.array(fc.record({ senderNonce: fc.nat(2 ** 32 - 1), signature: bytes(65) }), { maxLength: 5 });
    const anyPayment = fc.record({
      params: anyParams,
      sender: bytes(20),
      tickets,
      expectedPrice: fc.option(price, { nil: undefined }),
    });
    fc.assert(
      fc.property(anyPayment, (value) => {
        expect(decodeTicketPayment(encodeTicketPayment(value))).toEqual(value);
      }),
    );
  });

  it('is refused by name when its bytes make no sense, and never otherwise', () => {
    const cut = fc.nat(387).map((length) => encodeTicketPayment(payment).subarray(0, length));
    fc.assert(
      fc.property(fc.oneof(cut, fc.uint8Array({ maxLength: 400 })), (message) => {
        try {
          decodeTicketPayment(message);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PAYMENT_DATA_INVALID' });
        }
      }),
    );
  });

  it('is refused with more than 600 tickets, without a round, and with a price of nothing a unit', () => {
    const many = Array.from({ length: 601 }, (_, senderNonce) => ({ senderNonce, signature: new Uint8Array(65) }));
    const refused = [
      encodeTicketPayment({ ...payment, tickets: many }),
      encodeTicketPayment({ ...payment, sender: new Uint8Array(19) }),
      encodeTicketPayment({ ...payment, expectedPrice: { numerator: 1n, denominator: 0n } }),
      encodeTicketPayment({ ...payment, expectedPrice: { numerator: -1n, denominator: 1n } }),
      encodeTicketPayment({ ...payment, params: { ...params, creationRoundBlockHash: new Uint8Array(31) } }),
      new Uint8Array(),
    ];
    for (const message of refused) {
      expect(() => decodeTicketPayment(message)).toThrow(expect.objectContaining({ code: 'PAYMENT_DATA_INVALID' }));
    }
  });
});
