import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { TicketParams } from '../ticket/ticket.ts';
import { bytesToBigInt, minimalBytes } from '../ticket/uint256-bytes.ts';
import { readFields, sizedBytes } from './read-fields.ts';

/** The round of tickets, as `net.TicketExpirationParams`. */
export type TicketRound = Pick<TicketParams, 'creationRound' | 'creationRoundBlockHash'>;

/** Writes `net.TicketExpirationParams`. */
export function encodeTicketRound({ creationRound, creationRoundBlockHash }: TicketRound): Uint8Array {
  return new BinaryWriter().uint32(8).int64(creationRound).uint32(18).bytes(creationRoundBlockHash).finish();
}

/** Reads `net.TicketExpirationParams`. Throws RangeError for what a ticket can't have. */
export function decodeTicketRound(message: Uint8Array): TicketRound {
  let creationRound = 0n;
  let hash: Uint8Array = new Uint8Array();
  readFields(message, (field, reader) => {
    if (field === 1) creationRound = BigInt(reader.int64());
    else if (field === 2) hash = reader.bytes();
    else return false;
    return true;
  });
  if (creationRound < 0n) throw new RangeError('creation_round is negative');
  return { creationRound, creationRoundBlockHash: sizedBytes('creation_round_block_hash', hash, 32) };
}

/** Writes `net.TicketParams`. */
export function encodeTicketParams(params: TicketParams): Uint8Array {
  const writer = new BinaryWriter();
  const fields = [
    params.recipient,
    minimalBytes(params.faceValueWei),
    minimalBytes(params.winProb),
    params.recipientRandHash,
    params.seed,
    minimalBytes(params.expirationBlock),
    encodeTicketRound(params),
  ];
  for (const [index, bytes] of fields.entries())
    if (bytes.length > 0) writer.uint32(((index + 1) << 3) | 2).bytes(bytes);
  return writer.finish();
}

/** Reads `net.TicketParams`. Throws RangeError for what a ticket can't have. */
export function decodeTicketParams(message: Uint8Array): TicketParams {
  const bytes: Uint8Array[] = [];
  readFields(message, (field, reader) => {
    if (field > 7) return false;
    bytes[field] = reader.bytes();
    return true;
  });
  const number = (name: string, field: number) =>
    bytesToBigInt(sizedBytes(name, bytes[field] ?? new Uint8Array(), 0, 32));
  return {
    recipient: sizedBytes('recipient', bytes[1], 20),
    faceValueWei: number('face_value', 2),
    winProb: number('win_prob', 3),
    recipientRandHash: sizedBytes('recipient_rand_hash', bytes[4], 32),
    seed: sizedBytes('seed', bytes[5] ?? new Uint8Array(), 0, 64),
    expirationBlock: number('expiration_block', 6),
    ...decodeTicketRound(bytes[7] ?? new Uint8Array()),
  };
}
