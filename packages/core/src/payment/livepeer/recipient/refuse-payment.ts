import type { TicketPayment } from '../wire/ticket-payment.ts';
import type { SenderView } from './create-ticket-receiver.ts';

/** Why none of a payment's tickets can be taken, or undefined. Needs no cryptography. */
export function refusePayment(payment: TicketPayment, recipient: Uint8Array, view: SenderView): string | undefined {
  const { params, sender } = payment;
  if (!isSame(params.recipient, recipient)) return 'they are for another recipient';
  if (sender.every((byte) => byte === 0)) return 'they have no sender';
  if (view.withdrawRound !== 0n && view.withdrawRound <= view.lastInitializedRound + 1n) {
    return `the sender can withdraw its deposit and reserve from round ${view.withdrawRound}`;
  }
  if (params.expirationBlock <= view.latestL1Block) {
    return `the parameters expired at L1 block ${params.expirationBlock}, and it is ${view.latestL1Block}`;
  }
  if (params.creationRound + view.ticketValidityRounds <= view.lastInitializedRound) {
    return `tickets of round ${params.creationRound} can't be redeemed in round ${view.lastInitializedRound}`;
  }
  return undefined;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
