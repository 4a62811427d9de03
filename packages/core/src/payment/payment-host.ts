import type { Clock } from '../primitives/clock.ts';
import type { Logger } from '../primitives/logger.ts';
import type { LedgerOutcome } from './ledger/ledger-entry.ts';
import type { LedgerAccount } from './ledger/ledger-rows.ts';

/** A value of a row. */
export type RowValue = string | number | bigint | Uint8Array | null;

/** A prepared statement. Synchronous; errors are ByocErrors. */
export interface RowStatement {
  /** Returns how many rows were changed. */
  run(...values: RowValue[]): number;
  get(...values: RowValue[]): Readonly<Record<string, RowValue>> | undefined;
  all(...values: RowValue[]): readonly Readonly<Record<string, RowValue>>[];
}

/** Money of the payers of one provider. Amounts are wei. */
export interface PaymentAccounts {
  /** An account that nobody has used is empty. */
  get(payer: string): LedgerAccount;
  /** Puts money in once, under a name that is unique for the payer. `repeated`: it was there already, nothing changed. */
  credit(payer: string, credit: { creditId: string; amountWei: bigint }): LedgerOutcome;
  /** Payers with an account, in order, after one (empty: from the first); at most `limit`. */
  list(options: { after: string; limit: number }): readonly (LedgerAccount & { readonly payer: string })[];
}

/**
 * What an orchestrator lends a payment provider.
 *
 * Everything durable is synchronous and in one SQLite database. What runs within `transaction` is written together or not at
 * all, accounts and own rows alike; a transaction within another joins it. Once it has returned, `kill -9` loses nothing.
 */
export interface PaymentHost {
  /** The orchestrator's own ETH address, lower case. */
  readonly orchestrator: string;
  readonly accounts: PaymentAccounts;
  /** Prepares a statement over the tables that the provider's `migrations` made. */
  prepare(sql: string): RowStatement;
  transaction<T>(work: () => T): T;
  readonly clock: Clock;
  readonly logger: Logger;
}
