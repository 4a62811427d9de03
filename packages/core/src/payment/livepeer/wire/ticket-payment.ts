import type { Rational } from '../../../price/rational.ts';
import type { TicketParams } from '../ticket/ticket.ts';

/** Tickets on their way from a sender to a recipient: what `net.Payment` holds. */
export interface TicketPayment {
  readonly params: TicketParams;
  /** ETH address, 20 bytes. */
  readonly sender: Uint8Array;
  readonly tickets: readonly { readonly senderNonce: number; readonly signature: Uint8Array }[];
  /** Wei for a unit, as the sender understood it. */
  readonly expectedPrice: Rational | undefined;
}
