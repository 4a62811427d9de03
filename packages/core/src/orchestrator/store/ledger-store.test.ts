import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyLedgerEntry } from '../../payment/ledger/apply-ledger-entry.ts';
import type { LedgerEntry } from '../../payment/ledger/ledger-entry.ts';
import { emptyAccount, type LedgerCredit, type LedgerJob } from '../../payment/ledger/ledger-rows.ts';
import { jobsMigration } from './jobs-migration.ts';
import { ledgerMigration } from './ledger-migration.ts';
import { createLedgerStore } from './ledger-store.ts';
import { createTransact } from './transact.ts';

const key = { provider: 'credit', payer: '0x00000000000000000000000000000000000000aa' };

function open() {
  const database = new DatabaseSync(':memory:');
  database.exec(`${jobsMigration} ${ledgerMigration}`);
  return { database, ledger: createLedgerStore(database), transact: createTransact(database) };
}

/** Amounts on both sides of 2^64. */
const wei = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 2n ** 130n));
const jobId = fc.constantFrom('job_1', 'job_2');
const entry: fc.Arbitrary<LedgerEntry> = fc.oneof(
  fc.record({ type: fc.constant('credit' as const), creditId: fc.constantFrom('a', 'b'), amountWei: wei }),
  fc.record({ type: fc.constant('debit' as const), creditId: fc.constantFrom('b', 'c'), amountWei: wei }),
  fc.record({ type: fc.constant('hold' as const), jobId, holdWei: wei, quoteWei: wei }),
  fc.record({ type: fc.constant('raise-hold' as const), jobId, holdWei: wei }),
  fc.record({ type: fc.constant('charge' as const), jobId, sequence: fc.integer({ min: 1, max: 5 }), totalWei: wei }),
  fc.record({ type: fc.constant('settle' as const), jobId, totalWei: wei }),
  fc.record({ type: fc.constant('refund' as const), jobId, totalWei: wei }),
);

describe('createLedgerStore', () => {
  it('keeps exactly what the pure ledger says, for any sequence of entries and amounts beyond 2^64', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const { ledger, database } = open();
        let account = emptyAccount;
        const jobs = new Map<string, LedgerJob>();
        const credits = new Map<string, LedgerCredit>();
        for (const one of entries) {
          const rows = {
            account,
            job: 'jobId' in one ? jobs.get(one.jobId) : undefined,
            credit: 'creditId' in one ? credits.get(one.creditId) : undefined,
          };
          const step = applyLedgerEntry(rows, one);
          account = step.rows.account;
          if (step.rows.job !== undefined) jobs.set(step.rows.job.jobId, step.rows.job);
          if (step.rows.credit !== undefined) credits.set(step.rows.credit.creditId, step.rows.credit);
          expect(ledger.apply(key, one)).toEqual(step.outcome);
          expect(ledger.account(key)).toEqual(account);
          if ('jobId' in one && jobs.has(one.jobId))
            expect(ledger.job(one.jobId)).toMatchObject(jobs.get(one.jobId) as LedgerJob);
        }
        database.close();
      }),
      { numRuns: 100 },
    );
  });

  it('writes all of a transaction or nothing', () => {
    const { ledger, transact } = open();
    ledger.apply(key, { type: 'credit', creditId: 'a', amountWei: 10n });
    const broken = () =>
      transact(() => {
        ledger.apply(key, { type: 'hold', jobId: 'job_1', holdWei: 4n, quoteWei: 4n });
        throw new Error('power cut');
      });
    expect(broken).toThrow('power cut');
    expect(ledger.account(key)).toMatchObject({ availableWei: 10n, heldWei: 0n });
    expect(ledger.job('job_1')).toBeUndefined();
  });

  it('keeps the accounts of two providers and of two payers apart, and lists them in order', () => {
    const { ledger } = open();
    const payers = ['0x03', '0x01', '0x02'];
    for (const payer of payers) ledger.apply({ ...key, payer }, { type: 'credit', creditId: 'a', amountWei: 1n });
    ledger.apply({ provider: 'livepeer', payer: '0x01' }, { type: 'credit', creditId: 'a', amountWei: 5n });
    expect(ledger.list('credit', { after: '', limit: 2 }).map(({ payer }) => payer)).toEqual(['0x01', '0x02']);
    expect(ledger.list('credit', { after: '0x02', limit: 2 }).map(({ payer }) => payer)).toEqual(['0x03']);
    expect(ledger.account({ provider: 'livepeer', payer: '0x01' }).availableWei).toBe(5n);
  });

  it('never moves money of one account for a job of another', () => {
    const { ledger } = open();
    ledger.apply(key, { type: 'credit', creditId: 'a', amountWei: 10n });
    ledger.apply(key, { type: 'hold', jobId: 'job_1', holdWei: 4n, quoteWei: 4n });
    expect(() => ledger.apply({ ...key, payer: '0x02' }, { type: 'settle', jobId: 'job_1', totalWei: 4n })).toThrow();
    expect(ledger.account(key).heldWei).toBe(4n);
  });
});
