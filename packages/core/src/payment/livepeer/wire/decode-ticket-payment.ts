import { ByocError } from '../../../errors/byoc-error.ts';
import { type Rational, rational } from '../../../price/rational.ts';
import { NONCES_MAX } from '../recipient/nonce-book.ts';
import { readFields, sizedBytes } from './read-fields.ts';
import { decodeTicketParams, decodeTicketRound } from './ticket-params-message.ts';
import type { TicketPayment } from './ticket-payment.ts';

/**
 * Reads `net.Payment` of go-livepeer: at most 600 tickets, every field of the length that it must have. The round is that of the
 * payment itself, as go-livepeer takes it, not the copy inside the parameters. Signatures may have any length up to 65 here; a
 * ticket with a bad one is refused by itself.
 *
 * @throws ByocError PAYMENT_DATA_INVALID
 */
export function decodeTicketPayment(message: Uint8Array): TicketPayment {
  try {
    return decode(message);
  } catch (cause) {
    throw new ByocError(
      'PAYMENT_DATA_INVALID',
      { reason: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

function decode(message: Uint8Array): TicketPayment {
  let params: Uint8Array | undefined;
  let sender: Uint8Array | undefined;
  let round: Uint8Array | undefined;
  let expectedPrice: Rational | undefined;
  const tickets: { senderNonce: number; signature: Uint8Array }[] = [];
  readFields(message, (field, reader) => {
    if (field === 1) params = reader.bytes();
    else if (field === 2) sender = reader.bytes();
    else if (field === 3) round = reader.bytes();
    else if (field === 4) tickets.push(decodeTicket(reader.bytes()));
    else if (field === 5) expectedPrice = decodePrice(reader.bytes());
    else return false;
    if (tickets.length > NONCES_MAX) throw new RangeError(`it has more than ${NONCES_MAX} tickets`);
    return true;
  });
  if (params === undefined) throw new RangeError('ticket_params is missing');
  if (round === undefined) throw new RangeError('expiration_params is missing');
  return {
    params: { ...decodeTicketParams(params), ...decodeTicketRound(round) },
    sender: sizedBytes('sender', sender, 20),
    tickets,
    expectedPrice,
  };
}

function decodeTicket(message: Uint8Array): { senderNonce: number; signature: Uint8Array } {
  let senderNonce = 0;
  let signature: Uint8Array = new Uint8Array();
  readFields(message, (field, reader) => {
    if (field === 1) senderNonce = reader.uint32();
    else if (field === 2) signature = sizedBytes('sig', reader.bytes(), 0, 65);
    else return false;
    return true;
  });
  return { senderNonce, signature };
}

function decodePrice(message: Uint8Array): Rational {
  const numbers = [0n, 0n, 0n];
  readFields(message, (field, reader) => {
    if (field > 2) return false;
    numbers[field] = BigInt(reader.int64());
    return true;
  });
  const [, price = 0n, units = 0n] = numbers;
  if (price < 0n || units <= 0n) throw new RangeError(`expected_price ${price}/${units} is no price`);
  return rational(price, units);
}
