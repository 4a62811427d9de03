import type { Ticket } from './ticket.ts';
import { writeUint256 } from './uint256-bytes.ts';

/** Bytes of a packed ticket. */
const PACKED_BYTES = 232;

/**
 * Packs a ticket as TicketBroker does: recipient, sender, faceValue, winProb, senderNonce, recipientRandHash, auxData. auxData is
 * the creation round and its block hash, or nothing when both are 0 (such a ticket can never be redeemed).
 */
export function packTicket(ticket: Ticket): Uint8Array {
  const packed = new Uint8Array(PACKED_BYTES);
  packed.set(ticket.recipient, 0);
  packed.set(ticket.sender, 20);
  writeUint256(packed, 40, ticket.faceValueWei);
  writeUint256(packed, 72, ticket.winProb);
  writeUint256(packed, 104, BigInt(ticket.senderNonce));
  packed.set(ticket.recipientRandHash, 136);
  packed.set(auxData(ticket), 168);
  const isUnbound = ticket.creationRound === 0n && ticket.creationRoundBlockHash.every((byte) => byte === 0);
  return isUnbound ? packed.subarray(0, 168) : packed;
}

/** The round a ticket belongs to, as the chain wants it: 64 bytes. */
export function auxData(ticket: Pick<Ticket, 'creationRound' | 'creationRoundBlockHash'>): Uint8Array {
  const bytes = new Uint8Array(64);
  writeUint256(bytes, 0, ticket.creationRound);
  bytes.set(ticket.creationRoundBlockHash, 32);
  return bytes;
}
