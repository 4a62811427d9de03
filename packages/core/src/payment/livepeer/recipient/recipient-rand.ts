import { createHmac } from 'node:crypto';
import { auxData } from '../ticket/pack-ticket.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import { minimalBytes } from '../ticket/uint256-bytes.ts';

/** What a random number is bound to: change one of them and it is another number. */
export interface RandBinding extends Omit<TicketParams, 'recipient' | 'recipientRandHash'> {
  /** ETH address, 20 bytes. */
  readonly sender: Uint8Array;
  /** What the tickets may pay for: capability and price, as text. Parameters for a cheap job can't fund a dear one. */
  readonly purpose: string;
}

/**
 * The recipient's random number, 32 bytes: HMAC-SHA256 of what it is bound to, so that nothing has to be stored for a sender.
 *
 * Every field has its length before it. go-livepeer joins them without, so that a sender can move bytes from one number to its
 * neighbour and keep the hash.
 */
export function recipientRand(secret: Uint8Array, binding: RandBinding): Uint8Array {
  const text = new TextEncoder();
  const fields = [
    text.encode('byoc recipient rand v1'),
    binding.seed,
    binding.sender,
    minimalBytes(binding.faceValueWei),
    minimalBytes(binding.winProb),
    minimalBytes(binding.expirationBlock),
    auxData(binding),
    text.encode(binding.purpose),
  ];
  const hmac = createHmac('sha256', secret);
  for (const field of fields) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, field.length);
    hmac.update(length).update(field);
  }
  return new Uint8Array(hmac.digest());
}
