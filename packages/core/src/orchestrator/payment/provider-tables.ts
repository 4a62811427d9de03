import type { DatabaseSync } from 'node:sqlite';
import type { RowStatement, RowValue } from '../../payment/payment-host.ts';
import { attemptStore } from '../store/attempt-store.ts';
import { createTransact } from '../store/transact.ts';

const PLACE = "the orchestrator's database";

/** Brings a provider's tables up to date. */
export function migrateProvider(
  database: DatabaseSync,
  { name, migrations }: { name: string; migrations: readonly string[] },
): void {
  const transact = createTransact(database);
  attemptStore(PLACE, () => {
    const read = database.prepare('SELECT applied FROM payment_migrations WHERE provider = ?');
    const write = database.prepare('INSERT OR REPLACE INTO payment_migrations VALUES (?, ?)');
    const applied = Number(read.get(name)?.['applied'] ?? 0);
    for (const [index, migration] of migrations.entries()) {
      if (index < applied) continue;
      transact(() => {
        database.exec(migration);
        write.run(name, index + 1);
      });
    }
  });
}

/** Prepares a statement over them, with errors of the catalogue. */
export function prepareRows(database: DatabaseSync, sql: string): RowStatement {
  const statement = attemptStore(PLACE, () => database.prepare(sql));
  return {
    run: (...values) => Number(attemptStore(PLACE, () => statement.run(...values)).changes),
    get: (...values) => attemptStore(PLACE, () => statement.get(...values)) as Record<string, RowValue> | undefined,
    all: (...values) => attemptStore(PLACE, () => statement.all(...values)) as Record<string, RowValue>[],
  };
}
