import type { DatabaseSync } from 'node:sqlite';
import type { PaymentHost, RowStatement, RowValue } from '../../payment/payment-host.ts';
import type { OrchestratorPaymentProvider } from '../../payment/payment-provider.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import { attemptStore } from '../store/attempt-store.ts';
import type { LedgerStore } from '../store/ledger-store.ts';
import type { Transact } from '../store/transact.ts';

/** What a provider's host is made of. */
export interface StartProviderOptions {
  readonly database: DatabaseSync;
  readonly ledger: LedgerStore;
  readonly transact: Transact;
  /** Own ETH address, lower case. */
  readonly orchestrator: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const PLACE = "the orchestrator's database";

/** Brings a provider's tables up to date and starts it. */
export async function startProvider(
  provider: OrchestratorPaymentProvider,
  { database, ledger, transact, orchestrator, clock, logger }: StartProviderOptions,
): Promise<void> {
  const { name, migrations = [] } = provider;
  if (provider.start === undefined) return;
  attemptStore(PLACE, () => migrate(database, transact, name, migrations));
  const host: PaymentHost = {
    orchestrator,
    accounts: {
      get: (payer) => ledger.account({ provider: name, payer }),
      credit: (payer, credit) => ledger.apply({ provider: name, payer }, { type: 'credit', ...credit }),
      list: (options) => ledger.list(name, options),
    },
    prepare: (sql) => prepare(database, sql),
    transaction: transact,
    clock,
    logger,
  };
  await provider.start(host);
}

function migrate(database: DatabaseSync, transact: Transact, name: string, migrations: readonly string[]): void {
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
}

function prepare(database: DatabaseSync, sql: string): RowStatement {
  const statement = attemptStore(PLACE, () => database.prepare(sql));
  return {
    run: (...values) => Number(attemptStore(PLACE, () => statement.run(...values)).changes),
    get: (...values) => attemptStore(PLACE, () => statement.get(...values)) as Record<string, RowValue> | undefined,
    all: (...values) => attemptStore(PLACE, () => statement.all(...values)) as Record<string, RowValue>[],
  };
}
