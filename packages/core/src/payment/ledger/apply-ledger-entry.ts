import { assertNever } from '../../primitives/assert-never.ts';
import type { LedgerEntry, LedgerOutcome, LedgerRefusal } from './ledger-entry.ts';
import type { LedgerJob, LedgerRows } from './ledger-rows.ts';

/** The rows after an entry, and what became of it. */
export interface LedgerStep {
  readonly rows: LedgerRows;
  readonly outcome: LedgerOutcome;
}

/**
 * Applies one entry to the rows that it concerns. Pure. The caller reads the rows, applies, and writes what came out, in one
 * transaction; whatever is repeated, lost or comes late, no money is made, lost or taken twice.
 *
 * @throws RangeError for a negative amount, or a sequence below 1
 */
export function applyLedgerEntry(rows: LedgerRows, entry: LedgerEntry): LedgerStep {
  requireValid(entry);
  switch (entry.type) {
    case 'credit':
      return credit(rows, entry.creditId, entry.amountWei);
    case 'debit':
      return credit(rows, entry.creditId, -entry.amountWei);
    case 'hold':
      return hold(rows, entry);
    case 'raise-hold':
      return withOpenJob(rows, (job) => raiseHold(rows, job, entry.holdWei));
    case 'charge':
      return withOpenJob(rows, (job) => charge(rows, job, entry));
    case 'settle':
      return settle(rows, entry.totalWei);
    case 'refund':
      return refund(rows, entry.totalWei);
    default:
      return assertNever(entry);
  }
}

function credit(rows: LedgerRows, creditId: string, amountWei: bigint): LedgerStep {
  if (rows.credit !== undefined)
    return rows.credit.amountWei === amountWei ? repeated(rows) : refused(rows, 'conflict');
  const leftWei = rows.account.availableWei + amountWei;
  if (leftWei < 0n) return refused(rows, 'balance-too-low', -leftWei);
  return applied({ ...rows, credit: { creditId, amountWei } }, { creditedWei: amountWei, availableWei: amountWei });
}

function hold(rows: LedgerRows, { jobId, holdWei, quoteWei }: Extract<LedgerEntry, { type: 'hold' }>): LedgerStep {
  const { job, account } = rows;
  if (job !== undefined) return job.quoteWei === quoteWei ? repeated(rows) : refused(rows, 'conflict');
  if (holdWei > quoteWei) return refused(rows, 'quote-exceeded', holdWei - quoteWei);
  if (holdWei > account.availableWei) return refused(rows, 'balance-too-low', holdWei - account.availableWei);
  const opened: LedgerJob = {
    jobId,
    state: 'open',
    quoteWei,
    heldWei: holdWei,
    chargedWei: 0n,
    lastSequence: 0,
    refundedWei: 0n,
  };
  return applied({ ...rows, job: opened }, { availableWei: -holdWei, heldWei: holdWei });
}

function raiseHold(rows: LedgerRows, job: LedgerJob, holdWei: bigint): LedgerStep {
  const more = holdWei - job.heldWei;
  if (more <= 0n) return repeated(rows);
  if (holdWei > job.quoteWei) return refused(rows, 'quote-exceeded', holdWei - job.quoteWei);
  if (more > rows.account.availableWei) return refused(rows, 'balance-too-low', more - rows.account.availableWei);
  return applied({ ...rows, job: { ...job, heldWei: holdWei } }, { availableWei: -more, heldWei: more });
}

function charge(rows: LedgerRows, job: LedgerJob, entry: Extract<LedgerEntry, { type: 'charge' }>): LedgerStep {
  // Totals make an older or repeated charge harmless, and one that shrinks can't be right.
  if (entry.sequence <= job.lastSequence || entry.totalWei < job.chargedWei) return repeated(rows);
  if (entry.totalWei > job.quoteWei) return refused(rows, 'quote-exceeded', entry.totalWei - job.quoteWei);
  if (entry.totalWei > job.heldWei) return refused(rows, 'hold-too-low', entry.totalWei - job.heldWei);
  return applied({ ...rows, job: { ...job, chargedWei: entry.totalWei, lastSequence: entry.sequence } }, {});
}

function settle(rows: LedgerRows, totalWei: bigint): LedgerStep {
  const { job } = rows;
  if (job === undefined) return refused(rows, 'job-unknown');
  if (job.state === 'settled') return repeated(rows);
  const cost = totalWei < job.heldWei ? totalWei : job.heldWei;
  return applied(
    { ...rows, job: { ...job, state: 'settled', heldWei: 0n, chargedWei: cost } },
    { heldWei: -job.heldWei, availableWei: job.heldWei - cost, earnedWei: cost },
  );
}

function refund(rows: LedgerRows, totalWei: bigint): LedgerStep {
  const { job } = rows;
  if (job === undefined) return refused(rows, 'job-unknown');
  if (job.state === 'open') return refused(rows, 'job-not-settled');
  if (totalWei > job.chargedWei) return refused(rows, 'refund-exceeds-charge', totalWei - job.chargedWei);
  const more = totalWei - job.refundedWei;
  if (more <= 0n) return repeated(rows);
  return applied({ ...rows, job: { ...job, refundedWei: totalWei } }, { earnedWei: -more, availableWei: more });
}

function withOpenJob(rows: LedgerRows, apply: (job: LedgerJob) => LedgerStep): LedgerStep {
  if (rows.job === undefined) return refused(rows, 'job-unknown');
  return rows.job.state === 'settled' ? refused(rows, 'job-settled') : apply(rows.job);
}

function applied(rows: LedgerRows, change: Partial<Record<keyof LedgerRows['account'], bigint>>): LedgerStep {
  const { creditedWei, availableWei, heldWei, earnedWei } = rows.account;
  const account = {
    creditedWei: creditedWei + (change.creditedWei ?? 0n),
    availableWei: availableWei + (change.availableWei ?? 0n),
    heldWei: heldWei + (change.heldWei ?? 0n),
    earnedWei: earnedWei + (change.earnedWei ?? 0n),
  };
  return { rows: { ...rows, account }, outcome: { type: 'applied' } };
}

function repeated(rows: LedgerRows): LedgerStep {
  return { rows, outcome: { type: 'repeated' } };
}

function refused(rows: LedgerRows, reason: LedgerRefusal, shortWei = 0n): LedgerStep {
  return { rows, outcome: { type: 'refused', reason, shortWei } };
}

function requireValid(entry: LedgerEntry): void {
  const amounts = ['amountWei' in entry ? entry.amountWei : 0n];
  if ('holdWei' in entry) amounts.push(entry.holdWei);
  if ('quoteWei' in entry) amounts.push(entry.quoteWei);
  if ('totalWei' in entry) amounts.push(entry.totalWei);
  if (amounts.some((amount) => amount < 0n)) throw new RangeError(`${entry.type}: an amount is negative`);
  if (entry.type === 'charge' && !(Number.isSafeInteger(entry.sequence) && entry.sequence >= 1)) {
    throw new RangeError(`sequence must be a whole number of at least 1, got ${entry.sequence}`);
  }
}
