import type { DatabaseSync } from 'node:sqlite';
import type { PaymentHost } from '../../payment/payment-host.ts';
import type { OrchestratorPaymentProvider } from '../../payment/payment-provider.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { LedgerStore } from '../store/ledger-store.ts';
import type { Transact } from '../store/transact.ts';
import { migrateProvider, prepareRows } from './provider-tables.ts';

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

/** Brings a provider's tables up to date and starts it. */
export async function startProvider(
  provider: OrchestratorPaymentProvider,
  { database, ledger, transact, orchestrator, clock, logger }: StartProviderOptions,
): Promise<void> {
  const { name, migrations = [] } = provider;
  if (provider.start === undefined) return;
  migrateProvider(database, { name, migrations });
  const host: PaymentHost = {
    orchestrator,
    accounts: {
      get: (payer) => ledger.account({ provider: name, payer }),
      credit: (payer, credit) => ledger.apply({ provider: name, payer }, { type: 'credit', ...credit }),
      list: (options) => ledger.list(name, options),
    },
    prepare: (sql) => prepareRows(database, sql),
    transaction: transact,
    clock,
    logger,
  };
  await provider.start(host);
}
