import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import type { PaymentBooks } from '../../payment/payment-books.ts';
import { migrateProvider } from '../payment/provider-tables.ts';
import { openStore } from '../store/open-store.ts';
import { type Books, createBooks } from './create-books.ts';

/** Books of an orchestrator that does not run. */
export interface OpenBooks extends Books {
  /** Lets the data directory go. */
  close(): void;
}

/**
 * Opens the books of a data directory that no orchestrator uses at the moment.
 *
 * @throws ByocError ORCHESTRATOR_NOT_RUNNING when there never was one, DATA_DIRECTORY_LOCKED and the like
 */
export function openBooks(options: { dataDirectory: string; payment: readonly PaymentBooks[] }): OpenBooks {
  const path = resolve(options.dataDirectory);
  if (!existsSync(join(path, 'byoc.sqlite'))) throw new ByocError('ORCHESTRATOR_NOT_RUNNING', { path });
  const store = openStore(path);
  try {
    for (const { provider, migrations } of options.payment)
      migrateProvider(store.database, { name: provider, migrations });
    return { ...createBooks(store.database, options.payment), close: () => store.close() };
  } catch (error) {
    store.close();
    throw error;
  }
}
