import { ByocError } from '../../../errors/byoc-error.ts';

/** What one job may take of an account. Wei. */
export interface Reservation {
  /** More may be taken. */
  raise(moreWei: bigint): void;
  /** Tickets of this worth were sent for it, with a word that lets all be taken that it was raised to. */
  paid(worthWei: bigint): void;
  /** Nothing was sent: as if it had never been. */
  cancel(): void;
  /**
   * The job ended. Without a receipt, all that was allowed counts as taken and none of what was sent as arrived. With one, what it
   * was opened with has arrived; a top-up has when more was charged than the words before it allowed. The job may have ended before
   * it read another: what the orchestrator states next tells.
   */
  close(chargedWei: bigint | undefined): void;
}

/** A payer's own count of what it has at one orchestrator. */
export interface OwnAccount {
  /** At least so much is free there, by receipts alone. Below 0 while jobs run that pay for themselves. */
  readonly freeWei: bigint;
  /** Takes note of what the orchestrator says is free. @throws ByocError PAYMENT_BALANCE_DISPUTED when it is less than it must be */
  learn(statedWei: bigint): void;
  reserve(authorizedWei: bigint): Reservation;
}

/**
 * Creates the count of one account. What it says is free is a lower bound, so two jobs never lean on the same money, and an
 * orchestrator that states less has forgotten something.
 */
export function createOwnAccount(orchestrator: string): OwnAccount {
  let freeWei = 0n;
  /** Of jobs that run: what they may take, and what was sent for them. Neither is certain before their receipts. */
  let openWei = 0n;
  return {
    get freeWei() {
      return freeWei;
    },
    learn(statedWei) {
      if (statedWei < freeWei) {
        const facts = { orchestrator, statedWei: String(statedWei), expectedWei: String(freeWei) };
        throw new ByocError('PAYMENT_BALANCE_DISPUTED', facts);
      }
      if (statedWei - openWei > freeWei) freeWei = statedWei - openWei;
    },
    reserve(authorizedWei) {
      let authorized = 0n;
      let sentWei = 0n;
      /** What was sent, and what the word before it allowed: below 0 for the first. */
      const sent: { worthWei: bigint; allowedWei: bigint }[] = [];
      let allowedWei = -1n;
      let isOpen = true;
      const raise = (moreWei: bigint) => {
        authorized += moreWei;
        openWei += moreWei;
        freeWei -= moreWei;
      };
      const end = (backWei: bigint) => {
        if (!isOpen) return;
        isOpen = false;
        openWei -= authorized + sentWei;
        freeWei += backWei;
      };
      raise(authorizedWei);
      return {
        raise,
        paid(worthWei) {
          sent.push({ worthWei, allowedWei });
          allowedWei = authorized;
          sentWei += worthWei;
          openWei += worthWei;
        },
        cancel: () => end(authorized),
        close(chargedWei) {
          if (chargedWei === undefined) return end(0n);
          const arrived = sent.filter((one) => one.allowedWei < chargedWei);
          end(arrived.reduce((sum, { worthWei }) => sum + worthWei, authorized - chargedWei));
        },
      };
    },
  };
}
