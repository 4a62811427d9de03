import { ByocError } from '../../../errors/byoc-error.ts';
import type { Rational } from '../../../price/rational.ts';
import type { Signer } from '../../keys/signer.ts';
import { NONCES_MAX } from '../recipient/nonce-book.ts';
import { packTicket } from '../ticket/pack-ticket.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import type { TicketPayment } from '../wire/ticket-payment.ts';

/** Signs tickets, and never two with the same nonce. */
export interface TicketSender {
  /**
   * Signs `count` tickets on parameters. Nonces go on from the last ones on the same parameters.
   *
   * @throws ByocError PAYMENT_TICKET_PARAMS_REFUSED when the parameters have no nonce left, KEY_INVALID, SIGNER_*
   */
  sign(
    params: TicketParams,
    options: { count: number; expectedPrice?: Rational | undefined; signal?: AbortSignal | undefined },
  ): Promise<TicketPayment>;
  /** Forgets parameters that expired at this L1 block or before. */
  forget(latestL1Block: bigint): void;
}

/** Creates the sender's side of tickets. The signer's address is the sender. */
export function createTicketSender(signer: Signer): TicketSender {
  const sender = new Uint8Array(Buffer.from(signer.address.slice(2), 'hex'));
  const nonces = new Map<string, { last: number; expirationBlock: bigint }>();
  return {
    async sign(params, { count, expectedPrice, signal }) {
      const key = Buffer.from(params.recipientRandHash).toString('hex');
      const last = nonces.get(key)?.last ?? 0;
      if (last + count > NONCES_MAX) {
        throw new ByocError('PAYMENT_TICKET_PARAMS_REFUSED', {
          reason: `${last} of their ${NONCES_MAX} nonces are used, and ${count} are needed`,
        });
      }
      // Taken before signing: two calls at once get different nonces, and a failed one leaves a gap, which is harmless.
      nonces.set(key, { last: last + count, expirationBlock: params.expirationBlock });
      const senderNonces = Array.from({ length: count }, (_, index) => last + 1 + index);
      const signatures = await signer.signAll(
        senderNonces.map((senderNonce) => ({ kind: 'ticket', ticket: packTicket({ ...params, sender, senderNonce }) })),
        { signal },
      );
      const tickets = senderNonces.map((senderNonce, index) => ({
        senderNonce,
        signature: signatures[index] as Uint8Array,
      }));
      return { params, sender, tickets, expectedPrice };
    },
    forget(latestL1Block) {
      for (const [key, { expirationBlock }] of nonces) if (expirationBlock <= latestL1Block) nonces.delete(key);
    },
  };
}
