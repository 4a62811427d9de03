/** What one payer has at one orchestrator. All wei. Always: credited = available + held + earned. */
export interface LedgerAccount {
  /** Everything that ever came in, less what went back. */
  readonly creditedWei: bigint;
  /** Free to be held. */
  readonly availableWei: bigint;
  /** Held for jobs that have not been settled. */
  readonly heldWei: bigint;
  /** Settled, less what was given back. */
  readonly earnedWei: bigint;
}

/** The money of one job. All wei. */
export interface LedgerJob {
  readonly jobId: string;
  readonly state: 'open' | 'settled';
  /** The most that the job may ever cost. */
  readonly quoteWei: bigint;
  /** Held now; 0 once settled. */
  readonly heldWei: bigint;
  /** What has been charged so far; once settled, what the job cost. */
  readonly chargedWei: bigint;
  /** Of the last charge that counted. 0 before the first. */
  readonly lastSequence: number;
  /** Given back after it was settled. */
  readonly refundedWei: bigint;
}

/** Money that came in (or went back: less than 0), by the name that makes it unique: a nonce, a transaction, an operator's note. */
export interface LedgerCredit {
  readonly creditId: string;
  readonly amountWei: bigint;
}

/** The rows that one entry concerns; what does not exist yet is undefined. */
export interface LedgerRows {
  readonly account: LedgerAccount;
  readonly job: LedgerJob | undefined;
  readonly credit: LedgerCredit | undefined;
}

/** An account that nobody has used. */
export const emptyAccount: LedgerAccount = { creditedWei: 0n, availableWei: 0n, heldWei: 0n, earnedWei: 0n };
