import { ByocError } from '../../../errors/byoc-error.ts';
import type { Rational } from '../../../price/rational.ts';
import type { CryptoEngine } from '../engine/crypto-engine.ts';
import { NONCES_MAX } from '../recipient/nonce-book.ts';
import { signHash } from '../ticket/sign-hash.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import { ticketHash } from '../ticket/ticket-hash.ts';
import type { TicketPayment } from '../wire/ticket-payment.ts';

/** Signs tickets, and never two with the same nonce. */
export interface TicketSender {
  /**
   * Signs `count` tickets on parameters. Nonces go on from the last ones on the same parameters.
   *
   * @throws ByocError PAYMENT_TICKET_PARAMS_REFUSED when the parameters have no nonce left
   */
  sign(params: TicketParams, options: { count: number; expectedPrice?: Rational | undefined }): Promise<TicketPayment>;
  /** Forgets parameters that expired at this L1 block or before. */
  forget(latestL1Block: bigint): void;
}

/** Creates the sender's side of tickets. `sign` signs a ticket's hash (EIP-191): a local key, or a remote signer. */
export function createTicketSender(
  engine: CryptoEngine,
  {
    sender,
    sign,
  }: { readonly sender: Uint8Array; readonly sign: (hash: Uint8Array) => Uint8Array | Promise<Uint8Array> },
): TicketSender {
  const nonces = new Map<string, { last: number; expirationBlock: bigint }>();
  return {
    async sign(params, { count, expectedPrice }) {
      const key = Buffer.from(params.recipientRandHash).toString('hex');
      const last = nonces.get(key)?.last ?? 0;
      if (last + count > NONCES_MAX) {
        throw new ByocError('PAYMENT_TICKET_PARAMS_REFUSED', {
          reason: `${last} of their ${NONCES_MAX} nonces are used, and ${count} are needed`,
        });
      }
      // Taken before signing: two calls at once get different nonces, and a failed one leaves a gap, which is harmless.
      nonces.set(key, { last: last + count, expirationBlock: params.expirationBlock });
      const tickets = [];
      for (let senderNonce = last + 1; senderNonce <= last + count; senderNonce += 1) {
        const hash = ticketHash(engine, { ...params, sender, senderNonce });
        tickets.push({ senderNonce, signature: await sign(hash) });
      }
      return { params, sender, tickets, expectedPrice };
    },
    forget(latestL1Block) {
      for (const [key, { expirationBlock }] of nonces) if (expirationBlock <= latestL1Block) nonces.delete(key);
    },
  };
}

/** Signs with a private key, 32 bytes, held in this process. */
export function localTicketSigner(engine: CryptoEngine, privateKey: Uint8Array): (hash: Uint8Array) => Uint8Array {
  return (hash) => signHash(engine, hash, privateKey);
}
