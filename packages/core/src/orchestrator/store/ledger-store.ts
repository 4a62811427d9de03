import type { DatabaseSync } from 'node:sqlite';
import { applyLedgerEntry } from '../../payment/ledger/apply-ledger-entry.ts';
import type { LedgerEntry, LedgerOutcome } from '../../payment/ledger/ledger-entry.ts';
import {
  emptyAccount,
  type LedgerAccount,
  type LedgerCredit,
  type LedgerJob,
  type LedgerRows,
} from '../../payment/ledger/ledger-rows.ts';
import { attemptStore } from './attempt-store.ts';
import { createTransact } from './transact.ts';

/** One payer's account with one payment provider. */
export interface AccountKey {
  readonly provider: string;
  /** Lower-case ETH address. */
  readonly payer: string;
}

/** The ledger, durable. Each function throws ByocError DISK_FULL, DATA_DIRECTORY_CORRUPT or DATA_DIRECTORY_UNREADABLE. */
export interface LedgerStore {
  /** Reads the rows that an entry concerns, applies it, and writes what came out: in one transaction, or the one that is open. */
  apply(key: AccountKey, entry: LedgerEntry): LedgerOutcome;
  account(key: AccountKey): LedgerAccount;
  job(jobId: string): (LedgerJob & AccountKey) | undefined;
  /** Accounts of a provider in the order of their payers, after one (empty: from the first). */
  list(provider: string, options: { after: string; limit: number }): readonly (LedgerAccount & AccountKey)[];
}

type Values = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** Creates the ledger over an open database that has `ledgerMigration`. */
export function createLedgerStore(database: DatabaseSync): LedgerStore {
  const transact = createTransact(database);
  const getAccount = database.prepare('SELECT * FROM ledger_accounts WHERE provider = ? AND payer = ?');
  const putAccount = database.prepare('INSERT OR REPLACE INTO ledger_accounts VALUES (?, ?, ?, ?, ?, ?)');
  const listAccounts = database.prepare(
    'SELECT * FROM ledger_accounts WHERE provider = ? AND payer > ? ORDER BY payer LIMIT ?',
  );
  const getJob = database.prepare('SELECT * FROM ledger_jobs WHERE job_id = ?');
  const putJob = database.prepare('INSERT OR REPLACE INTO ledger_jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const getCredit = database.prepare('SELECT * FROM ledger_credits WHERE provider = ? AND payer = ? AND credit_id = ?');
  const putCredit = database.prepare('INSERT INTO ledger_credits VALUES (?, ?, ?, ?)');
  const attempt = <T>(run: () => T) => attemptStore("the orchestrator's database", run);

  const readAccount = ({ provider, payer }: AccountKey) => toAccount(getAccount.get(provider, payer) as Values);
  const readJob = (jobId: string) => toJob(getJob.get(jobId) as Values);

  function read(key: AccountKey, entry: LedgerEntry): LedgerRows {
    const account = readAccount(key);
    if (entry.type === 'credit' || entry.type === 'debit') {
      const credit = toCredit(getCredit.get(key.provider, key.payer, entry.creditId) as Values);
      return { account, job: undefined, credit };
    }
    const job = readJob(entry.jobId);
    // Nobody else's job: an entry must never move money between two accounts.
    const foreign = job !== undefined && (job.provider !== key.provider || job.payer !== key.payer);
    if (foreign) throw new Error(`job ${entry.jobId} is not of the account ${key.payer}`);
    return { account, job, credit: undefined };
  }

  function write({ provider, payer }: AccountKey, before: LedgerRows, { account, job, credit }: LedgerRows): void {
    if (account !== before.account) {
      const { creditedWei, availableWei, heldWei, earnedWei } = account;
      putAccount.run(provider, payer, ...[creditedWei, availableWei, heldWei, earnedWei].map(String));
    }
    if (job !== undefined && job !== before.job) {
      const { jobId, state, quoteWei, heldWei, chargedWei, lastSequence, refundedWei } = job;
      const amounts = [quoteWei, heldWei, chargedWei].map(String);
      putJob.run(jobId, provider, payer, state, ...amounts, lastSequence, String(refundedWei));
    }
    if (credit !== undefined && credit !== before.credit)
      putCredit.run(provider, payer, credit.creditId, String(credit.amountWei));
  }

  return {
    apply: (key, entry) =>
      attempt(() =>
        transact(() => {
          const before = read(key, entry);
          const { rows, outcome } = applyLedgerEntry(before, entry);
          if (outcome.type === 'applied') write(key, before, rows);
          return outcome;
        }),
      ),
    account: (key) => attempt(() => readAccount(key)),
    job: (jobId) => attempt(() => readJob(jobId)),
    list: (provider, { after, limit }) =>
      attempt(() => listAccounts.all(provider, after, limit) as Values[]).map((values) => ({
        ...toAccount(values),
        provider,
        payer: values['payer'] as string,
      })),
  };
}

function toAccount(values: Values | undefined): LedgerAccount {
  if (values === undefined) return emptyAccount;
  return {
    creditedWei: BigInt(values['credited_wei'] as string),
    availableWei: BigInt(values['available_wei'] as string),
    heldWei: BigInt(values['held_wei'] as string),
    earnedWei: BigInt(values['earned_wei'] as string),
  };
}

function toJob(values: Values | undefined): (LedgerJob & AccountKey) | undefined {
  if (values === undefined) return undefined;
  return {
    jobId: values['job_id'] as string,
    provider: values['provider'] as string,
    payer: values['payer'] as string,
    state: values['state'] as LedgerJob['state'],
    quoteWei: BigInt(values['quote_wei'] as string),
    heldWei: BigInt(values['held_wei'] as string),
    chargedWei: BigInt(values['charged_wei'] as string),
    lastSequence: values['last_sequence'] as number,
    refundedWei: BigInt(values['refunded_wei'] as string),
  };
}

function toCredit(values: Values | undefined): LedgerCredit | undefined {
  if (values === undefined) return undefined;
  return { creditId: values['credit_id'] as string, amountWei: BigInt(values['amount_wei'] as string) };
}
