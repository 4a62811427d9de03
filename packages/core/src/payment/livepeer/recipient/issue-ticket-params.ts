import type { CryptoEngine } from '../../keys/crypto-engine.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import { type RandBinding, recipientRand } from './recipient-rand.ts';

/** So many L1 blocks after now, parameters expire: about 8 minutes. */
export const PARAMS_LIFE_BLOCKS = 40n;

/** Makes the parameters that a sender signs tickets on. `seed` is 32 fresh random bytes. */
export function issueTicketParams(
  engine: CryptoEngine,
  secret: Uint8Array,
  { recipient, sender, purpose, ...rest }: RandBinding & { readonly recipient: Uint8Array },
): TicketParams {
  const rand = recipientRand(secret, { ...rest, sender, purpose });
  return { ...rest, recipient, recipientRandHash: engine.keccak256(rand) };
}
