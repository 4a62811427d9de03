import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobOutcome } from '../payment-provider.ts';
import { applyLedgerEntry } from './apply-ledger-entry.ts';
import { chargeOf } from './charge-of.ts';
import type { LedgerEntry, LedgerOutcome } from './ledger-entry.ts';
import { emptyAccount, type LedgerCredit, type LedgerJob } from './ledger-rows.ts';

/** One account over maps, as a store would hold its rows. */
function openLedger() {
  let account = emptyAccount;
  const jobs = new Map<string, LedgerJob>();
  const credits = new Map<string, LedgerCredit>();
  return {
    jobs,
    get account() {
      return account;
    },
    apply(entry: LedgerEntry): LedgerOutcome {
      const before = {
        account,
        job: 'jobId' in entry ? jobs.get(entry.jobId) : undefined,
        credit: 'creditId' in entry ? credits.get(entry.creditId) : undefined,
      };
      const { rows, outcome } = applyLedgerEntry(before, entry);
      if (outcome.type !== 'applied') expect(rows).toBe(before);
      account = rows.account;
      if (rows.job !== undefined) jobs.set(rows.job.jobId, rows.job);
      if (rows.credit !== undefined) credits.set(rows.credit.creditId, rows.credit);
      return outcome;
    },
  };
}

// Small numbers meet often; large ones pass 2^64.
const wei = fc.oneof(fc.bigInt({ min: 0n, max: 30n }), fc.bigInt({ min: 0n, max: 2n ** 80n }));
const jobId = fc.constantFrom('job_a', 'job_b', 'job_c');
const entry: fc.Arbitrary<LedgerEntry> = fc.oneof(
  fc.record({ type: fc.constant('credit' as const), creditId: fc.constantFrom('x', 'y', 'z'), amountWei: wei }),
  fc.record({ type: fc.constant('hold' as const), jobId, holdWei: wei, quoteWei: wei }),
  fc.record({ type: fc.constant('raise-hold' as const), jobId, holdWei: wei }),
  fc.record({ type: fc.constant('charge' as const), jobId, sequence: fc.integer({ min: 1, max: 9 }), totalWei: wei }),
  fc.record({ type: fc.constant('settle' as const), jobId, totalWei: wei }),
  fc.record({ type: fc.constant('refund' as const), jobId, totalWei: wei }),
);
const entries = fc.array(entry, { maxLength: 60 });

describe('applyLedgerEntry', () => {
  it('makes no wei and loses none, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(entries, (sequence) => {
        const ledger = openLedger();
        for (const next of sequence) {
          ledger.apply(next);
          const { creditedWei, availableWei, heldWei, earnedWei } = ledger.account;
          const jobs = [...ledger.jobs.values()];
          const sum = (of: (job: LedgerJob) => bigint) => jobs.reduce((total, job) => total + of(job), 0n);
          expect(creditedWei).toBe(availableWei + heldWei + earnedWei);
          expect(heldWei).toBe(sum((job) => job.heldWei));
          expect(earnedWei).toBe(sum((job) => (job.state === 'settled' ? job.chargedWei - job.refundedWei : 0n)));
          expect([availableWei, heldWei, earnedWei].every((amount) => amount >= 0n)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets a job hold or cost more than its quote, nor cost more than is held', () => {
    fc.assert(
      fc.property(entries, (sequence) => {
        const ledger = openLedger();
        for (const next of sequence) {
          ledger.apply(next);
          for (const job of ledger.jobs.values()) {
            expect(job.heldWei <= job.quoteWei && job.chargedWei <= job.quoteWei).toBe(true);
            expect(job.state === 'settled' || job.chargedWei <= job.heldWei).toBe(true);
            expect(job.refundedWei <= job.chargedWei).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing when an entry that counted comes again', () => {
    fc.assert(
      fc.property(entries, (sequence) => {
        const ledger = openLedger();
        for (const next of sequence) {
          if (ledger.apply(next).type !== 'applied') continue;
          const { account } = ledger;
          expect(ledger.apply(next).type).toBe('repeated');
          expect(ledger.account).toBe(account);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('comes to the same cost when frames are repeated, reordered or lost on the way to the same end', () => {
    const totals = fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 8 });
    const chaos = fc.array(fc.nat(7), { maxLength: 20 });
    fc.assert(
      fc.property(totals, chaos, (steps, order) => {
        const cumulative = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0n));
        const end = cumulative.at(-1) as bigint;
        const run = (sequence: readonly number[]) => {
          const ledger = openLedger();
          ledger.apply({ type: 'credit', creditId: 'x', amountWei: 1000n });
          ledger.apply({ type: 'hold', jobId: 'job_a', holdWei: 500n, quoteWei: 500n });
          for (const index of sequence) {
            const totalWei = cumulative[index % steps.length] as bigint;
            ledger.apply({ type: 'charge', jobId: 'job_a', sequence: (index % steps.length) + 1, totalWei });
          }
          ledger.apply({ type: 'charge', jobId: 'job_a', sequence: steps.length, totalWei: end });
          const charged = ledger.jobs.get('job_a')?.chargedWei;
          ledger.apply({ type: 'settle', jobId: 'job_a', totalWei: end });
          return { charged, ...ledger.account };
        };
        expect(run(order)).toEqual(run(steps.map((_, index) => index)));
        expect(run(order)).toEqual({
          charged: end,
          creditedWei: 1000n,
          availableWei: 1000n - end,
          heldWei: 0n,
          earnedWei: end,
        });
      }),
    );
  });

  it('gives the last of a balance to one of two jobs', () => {
    const ledger = openLedger();
    ledger.apply({ type: 'credit', creditId: 'x', amountWei: 10n });
    const hold = { type: 'hold', holdWei: 10n, quoteWei: 20n } as const;
    expect(ledger.apply({ ...hold, jobId: 'job_a' })).toEqual({ type: 'applied' });
    expect(ledger.apply({ ...hold, jobId: 'job_b' })).toEqual({
      type: 'refused',
      reason: 'balance-too-low',
      shortWei: 10n,
    });
  });

  it('asks for more when the hold runs low, goes on after a top-up, and stops at the quote', () => {
    const ledger = openLedger();
    ledger.apply({ type: 'credit', creditId: 'x', amountWei: 10n });
    ledger.apply({ type: 'hold', jobId: 'job_a', holdWei: 10n, quoteWei: 15n });
    const charge = { type: 'charge', jobId: 'job_a', sequence: 1, totalWei: 12n } as const;
    expect(ledger.apply(charge)).toEqual({ type: 'refused', reason: 'hold-too-low', shortWei: 2n });
    const raise = { type: 'raise-hold', jobId: 'job_a', holdWei: 12n } as const;
    expect(ledger.apply(raise)).toEqual({ type: 'refused', reason: 'balance-too-low', shortWei: 2n });
    ledger.apply({ type: 'credit', creditId: 'y', amountWei: 10n });
    expect(ledger.apply(raise)).toEqual({ type: 'applied' });
    expect(ledger.apply(charge)).toEqual({ type: 'applied' });
    expect(ledger.apply({ ...raise, holdWei: 16n })).toMatchObject({ reason: 'quote-exceeded', shortWei: 1n });
    expect(ledger.apply({ ...charge, sequence: 2, totalWei: 16n })).toMatchObject({ reason: 'quote-exceeded' });
  });

  it('settles a failure of the orchestrator for nothing, although something had been charged', () => {
    const ledger = openLedger();
    ledger.apply({ type: 'credit', creditId: 'x', amountWei: 10n });
    ledger.apply({ type: 'hold', jobId: 'job_a', holdWei: 10n, quoteWei: 10n });
    ledger.apply({ type: 'charge', jobId: 'job_a', sequence: 1, totalWei: 7n });
    ledger.apply({ type: 'settle', jobId: 'job_a', totalWei: 0n });
    expect(ledger.account).toEqual({ creditedWei: 10n, availableWei: 10n, heldWei: 0n, earnedWei: 0n });
    expect(ledger.apply({ type: 'settle', jobId: 'job_a', totalWei: 9n })).toEqual({ type: 'repeated' });
  });

  it('refuses what can not be: unknown and settled jobs, names used for other amounts, negative numbers', () => {
    const ledger = openLedger();
    const reasonOf = (next: LedgerEntry) => {
      const outcome = ledger.apply(next);
      return outcome.type === 'refused' ? outcome.reason : outcome.type;
    };
    expect(reasonOf({ type: 'charge', jobId: 'job_a', sequence: 1, totalWei: 0n })).toBe('job-unknown');
    expect(reasonOf({ type: 'settle', jobId: 'job_a', totalWei: 0n })).toBe('job-unknown');
    expect(reasonOf({ type: 'refund', jobId: 'job_a', totalWei: 0n })).toBe('job-unknown');
    ledger.apply({ type: 'credit', creditId: 'x', amountWei: 10n });
    expect(reasonOf({ type: 'credit', creditId: 'x', amountWei: 11n })).toBe('conflict');
    expect(reasonOf({ type: 'hold', jobId: 'job_a', holdWei: 5n, quoteWei: 4n })).toBe('quote-exceeded');
    ledger.apply({ type: 'hold', jobId: 'job_a', holdWei: 5n, quoteWei: 5n });
    expect(reasonOf({ type: 'hold', jobId: 'job_a', holdWei: 5n, quoteWei: 6n })).toBe('conflict');
    expect(reasonOf({ type: 'refund', jobId: 'job_a', totalWei: 0n })).toBe('job-not-settled');
    ledger.apply({ type: 'settle', jobId: 'job_a', totalWei: 99n });
    expect(ledger.jobs.get('job_a')?.chargedWei).toBe(5n);
    expect(reasonOf({ type: 'raise-hold', jobId: 'job_a', holdWei: 9n })).toBe('job-settled');
    expect(reasonOf({ type: 'charge', jobId: 'job_a', sequence: 9, totalWei: 1n })).toBe('job-settled');
    expect(reasonOf({ type: 'refund', jobId: 'job_a', totalWei: 6n })).toBe('refund-exceeds-charge');
    expect(() => ledger.apply({ type: 'credit', creditId: 'n', amountWei: -1n })).toThrow(RangeError);
    expect(() => ledger.apply({ type: 'charge', jobId: 'job_a', sequence: 0, totalWei: 0n })).toThrow(RangeError);
  });
});

describe('chargeOf', () => {
  const price = { baseWei: '5', meters: { pixels: { amountWei: '1', per: '3' } } };
  const units = fc.bigInt({ min: 0n, max: 2n ** 70n });

  it.each([
    ['succeeded', 9n],
    ['failed-midway', 9n],
    ['cancelled-midway', 9n],
    ['failed-before-output', 0n],
    ['failed-by-orchestrator', 0n],
  ] as const)('of a job that %s is %d wei', (outcome, cost) => {
    expect(chargeOf({ price, maxCostWei: 100n }, outcome, { pixels: 10n })).toBe(cost);
  });

  it('is never above the quote', () => {
    const outcome = fc.constantFrom<JobOutcome>(
      'succeeded',
      'failed-midway',
      'cancelled-midway',
      'failed-before-output',
      'failed-by-orchestrator',
    );
    fc.assert(
      fc.property(outcome, units, units, (end, pixels, maxCostWei) => {
        expect(chargeOf({ price, maxCostWei }, end, { pixels }) <= maxCostWei).toBe(true);
      }),
    );
  });
});
