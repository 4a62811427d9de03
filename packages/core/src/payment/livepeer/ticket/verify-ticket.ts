import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import { recoverSigner, type SignatureFault } from '../../keys/recover-signer.ts';
import type { SignedTicket } from './ticket.ts';
import { personalHash, ticketHash } from './ticket-hash.ts';
import { bytesToBigInt } from './uint256-bytes.ts';

/** What a look at one ticket shows. */
export type VerifiedTicket =
  | { readonly valid: true; readonly hash: Uint8Array; readonly won: boolean }
  | { readonly valid: false; readonly reason: SignatureFault | 'other-signer' };

/** Checks a ticket's signature and draws: it wins when keccak256(signature ++ recipientRand) is below `winProb`. */
export function verifyTicket(engine: CryptoEngine, ticket: SignedTicket, recipientRand: Uint8Array): VerifiedTicket {
  const hash = ticketHash(engine, ticket);
  const signer = recoverSigner(engine, personalHash(engine, hash), ticket.signature);
  if ('reason' in signer) return { valid: false, reason: signer.reason };
  if (!isEqual(signer.address, ticket.sender)) return { valid: false, reason: 'other-signer' };
  return {
    valid: true,
    hash,
    won: bytesToBigInt(ticketDraw(engine, ticket.signature, recipientRand)) < ticket.winProb,
  };
}

/** The number that a ticket drew, 32 bytes. All 65 bytes of the signature count. */
export function ticketDraw(engine: CryptoEngine, signature: Uint8Array, recipientRand: Uint8Array): Uint8Array {
  const drawn = new Uint8Array(97);
  drawn.set(signature);
  drawn.set(recipientRand, 65);
  return engine.keccak256(drawn);
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
