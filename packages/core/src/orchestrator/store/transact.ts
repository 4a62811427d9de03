import type { DatabaseSync } from 'node:sqlite';
import { attemptStore } from './attempt-store.ts';

/** Runs work in a transaction: all of its writes, or none. Within a transaction it joins that one. */
export type Transact = <T>(work: () => T) => T;

/**
 * Creates the transactions of a database. Work is synchronous, so no two are ever mixed. Each throws what its work throws, or
 * ByocError DISK_FULL, DATA_DIRECTORY_CORRUPT or DATA_DIRECTORY_UNREADABLE.
 */
export function createTransact(database: DatabaseSync): Transact {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const attempt = <T>(run: () => T) => attemptStore("the orchestrator's database", run);
  return (work) => {
    if (database.isTransaction) return work();
    attempt(() => begin.run());
    try {
      const result = work();
      attempt(() => commit.run());
      return result;
    } catch (error) {
      // A full disk may have ended it already.
      if (database.isTransaction) rollback.run();
      throw error;
    }
  };
}
