import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ByocError } from '../../errors/byoc-error.ts';
import { endedJobsMigration, jobsMigration } from './jobs-migration.ts';
import { ledgerMigration } from './ledger-migration.ts';
import { lockDirectory } from './lock-directory.ts';
import { openPrivateDatabase } from './open-private-database.ts';
import {
  capabilityPricesMigration,
  createPluginRows,
  type PluginRows,
  pluginEnvironmentMigration,
  pluginModelsMigration,
  pluginResourcesMigration,
  pluginsMigration,
} from './plugin-rows.ts';
import { translateStoreError } from './translate-store-error.ts';

/** In order, for ever: a change of the tables is a new entry. `PRAGMA user_version` counts those that were applied. */
const migrations = [
  ...[pluginsMigration, jobsMigration, endedJobsMigration, ledgerMigration],
  ...[pluginEnvironmentMigration, capabilityPricesMigration, pluginModelsMigration, pluginResourcesMigration],
];

/** An orchestrator's durable state. */
export interface Store {
  readonly database: DatabaseSync;
  readonly plugins: PluginRows;
  close(): void;
}

/**
 * Opens the store of a data directory and locks the directory for this process.
 *
 * `synchronous = NORMAL` with WAL: once a write returns, a killed process loses nothing; only a power cut may lose the
 * last rows. The directory has one orchestrator at a time: with `locking_mode = EXCLUSIVE` a write takes no locks of its own.
 *
 * @throws ByocError DATA_DIRECTORY_LOCKED, DATA_DIRECTORY_NEWER, DATA_DIRECTORY_CORRUPT, DATA_DIRECTORY_UNREADABLE, DISK_FULL
 */
export function openStore(path: string): Store {
  const lock = lockDirectory(path);
  let database: DatabaseSync | undefined;
  try {
    database = openPrivateDatabase(join(path, 'byoc.sqlite'), { timeoutMs: 5000 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    migrate(database, path);
    const opened = database;
    return {
      database: opened,
      plugins: createPluginRows(opened, path),
      close() {
        opened.close();
        lock.release();
      },
    };
  } catch (error) {
    database?.close();
    lock.release();
    throw translateStoreError(error, path);
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length)
    throw new ByocError('DATA_DIRECTORY_NEWER', { path, version, supported: migrations.length });
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    database.exec(`BEGIN IMMEDIATE; ${migration} PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
