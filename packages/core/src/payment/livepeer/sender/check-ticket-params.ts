import { ByocError } from '../../../errors/byoc-error.ts';
import type { TicketParams } from '../ticket/ticket.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';

/** What a sender lets itself in for. All wei. */
export interface SenderLimits {
  /** Of one ticket. @default 3e12 */
  readonly ticketEvMaxWei?: bigint | undefined;
  /** Of all tickets of one payment. @default 2e13 */
  readonly totalEvMaxWei?: bigint | undefined;
  /** A face value is at most the deposit divided by this. @default 1n */
  readonly depositMultiplier?: bigint | undefined;
}

/** The sender's own money on chain, and the chain's time. */
export interface SenderFunds {
  readonly depositWei: bigint;
  readonly reserveWei: bigint;
  /** 0 when not unlocking. */
  readonly withdrawRound: bigint;
  readonly lastInitializedRound: bigint;
  readonly latestL1Block: bigint;
}

/**
 * Refuses parameters that would cost the sender more than it means to pay, as go-livepeer's senders do: an average of the face
 * value or more, beyond its limits or its deposit, or about to expire.
 *
 * @throws ByocError PAYMENT_TICKET_PARAMS_REFUSED
 */
export function checkTicketParams(
  params: TicketParams,
  funds: SenderFunds,
  options: SenderLimits & { tickets: number },
): void {
  const {
    ticketEvMaxWei = 3n * 10n ** 12n,
    totalEvMaxWei = 2n * 10n ** 13n,
    depositMultiplier = 1n,
    tickets,
  } = options;
  const refuse = (reason: string) => {
    throw new ByocError('PAYMENT_TICKET_PARAMS_REFUSED', { reason });
  };
  const { faceValueWei, winProb, expirationBlock } = params;
  if (expirationBlock - funds.latestL1Block <= 1n) refuse(`they expire at L1 block ${expirationBlock}`);
  if (funds.depositWei === 0n) refuse('the deposit is empty');
  if (funds.reserveWei === 0n) refuse('the reserve is empty');
  if (funds.withdrawRound !== 0n && funds.withdrawRound <= funds.lastInitializedRound + 1n) {
    refuse(`the deposit is unlocked from round ${funds.withdrawRound}`);
  }
  // Compared without dividing, so that a fraction of a wei above a limit is above it.
  const scaledEv = faceValueWei * winProb;
  if (scaledEv > 0n && scaledEv >= faceValueWei * WIN_PROB_MAX) refuse('a ticket is worth its whole face value');
  // winProb is rounded up, which adds less than a wei to what was asked for.
  if (scaledEv >= (ticketEvMaxWei + 1n) * WIN_PROB_MAX) refuse(`a ticket is worth more than ${ticketEvMaxWei} wei`);
  if (scaledEv * BigInt(tickets) >= (totalEvMaxWei + 1n) * WIN_PROB_MAX) {
    refuse(`${tickets} tickets are worth more than ${totalEvMaxWei} wei`);
  }
  if (faceValueWei * depositMultiplier > funds.depositWei) {
    refuse(`a face value of ${faceValueWei} wei is too much for a deposit of ${funds.depositWei} wei`);
  }
}
