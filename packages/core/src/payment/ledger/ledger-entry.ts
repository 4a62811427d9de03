/** Something that happens to an account. Amounts that can come twice are totals, so that a repeat changes nothing. All wei. */
export type LedgerEntry =
  /** Money comes in. */
  | { readonly type: 'credit'; readonly creditId: string; readonly amountWei: bigint }
  /** Money goes back to where it came from, at most what is available. */
  | { readonly type: 'debit'; readonly creditId: string; readonly amountWei: bigint }
  /** Sets money aside for a job, before it starts. */
  | { readonly type: 'hold'; readonly jobId: string; readonly holdWei: bigint; readonly quoteWei: bigint }
  /** Raises a hold to a total: a top-up while the job runs. */
  | { readonly type: 'raise-hold'; readonly jobId: string; readonly holdWei: bigint }
  /** The job has cost so much in total, as of this sequence number. */
  | { readonly type: 'charge'; readonly jobId: string; readonly sequence: number; readonly totalWei: bigint }
  /** Ends the job for so much in total, at most what is held; the rest is free again. */
  | { readonly type: 'settle'; readonly jobId: string; readonly totalWei: bigint }
  /** Gives back so much in total of a settled job. */
  | { readonly type: 'refund'; readonly jobId: string; readonly totalWei: bigint };

/** Why an entry did not count. */
export type LedgerRefusal =
  /** More than is available. */
  | 'balance-too-low'
  /** More than is held. */
  | 'hold-too-low'
  /** More than was quoted. */
  | 'quote-exceeded'
  /** More is given back than was taken. */
  | 'refund-exceeds-charge'
  | 'job-unknown'
  | 'job-settled'
  | 'job-not-settled'
  /** The same name with other amounts. */
  | 'conflict';

/** What became of an entry. A refused or repeated one changes nothing. */
export type LedgerOutcome =
  | { readonly type: 'applied' }
  | { readonly type: 'repeated' }
  /** `shortWei` is what would have had to be there besides; 0 when money is not the reason. */
  | { readonly type: 'refused'; readonly reason: LedgerRefusal; readonly shortWei: bigint };
