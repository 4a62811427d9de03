import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { packTicket } from './pack-ticket.ts';
import type { Ticket } from './ticket.ts';

const PREFIX = new TextEncoder().encode('\x19Ethereum Signed Message:\n32');

/** The hash that identifies a ticket on chain: keccak256 of the packed ticket. */
export function ticketHash(engine: CryptoEngine, ticket: Ticket): Uint8Array {
  return engine.keccak256(packTicket(ticket));
}

/** What is signed for a hash of 32 bytes: an EIP-191 personal message. */
export function personalHash(engine: CryptoEngine, hash: Uint8Array): Uint8Array {
  const message = new Uint8Array(PREFIX.length + 32);
  message.set(PREFIX);
  message.set(hash, PREFIX.length);
  return engine.keccak256(message);
}
