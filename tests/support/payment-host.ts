import { DatabaseSync } from 'node:sqlite';
import { type Clock, silentLogger, systemClock } from '@byoc/core';
import type { PaymentHost } from '../../packages/core/src/payment/payment-host.ts';

/** A payment host over a database file, with accounts that only keep their credits. */
export function openPaymentHost(
  file: string,
  migrations: readonly string[],
  { clock = systemClock }: { clock?: Clock } = {},
): PaymentHost & { close(): void; creditedWei(): bigint } {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  if (Number(database.prepare('PRAGMA user_version').get()?.['user_version']) === 0) {
    database.exec('CREATE TABLE credits (payer TEXT, credit_id TEXT, wei TEXT, PRIMARY KEY (payer, credit_id))');
    for (const migration of migrations) database.exec(migration);
    database.exec('PRAGMA user_version = 1');
  }
  const creditedWei = () =>
    database
      .prepare('SELECT wei FROM credits')
      .all()
      .reduce((sum, { wei }) => sum + BigInt(String(wei)), 0n);
  let depth = 0;
  return {
    orchestrator: '',
    accounts: {
      get: () => ({ creditedWei: creditedWei(), availableWei: creditedWei(), heldWei: 0n, earnedWei: 0n }),
      credit(payer, { creditId, amountWei }) {
        const insert = database.prepare('INSERT OR IGNORE INTO credits VALUES (?, ?, ?)');
        return { type: Number(insert.run(payer, creditId, String(amountWei)).changes) === 1 ? 'applied' : 'repeated' };
      },
      list: () => [],
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
      };
    },
    transaction(work) {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth += 1;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      } finally {
        depth -= 1;
      }
    },
    clock,
    logger: silentLogger,
    close: () => database.close(),
    creditedWei,
  };
}
