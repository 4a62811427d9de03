import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ByocError } from '../../errors/byoc-error.ts';
import { openPrivateDatabase } from './open-private-database.ts';
import { translateStoreError } from './translate-store-error.ts';

/** A held lock. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Locks a data directory for this process: an exclusive transaction, held for as long as the process lives, on a database
 * of its own. SQLite's locks are the operating system's: `kill -9` releases them, and no stale file ever needs removing.
 *
 * @throws ByocError DATA_DIRECTORY_LOCKED
 */
export function lockDirectory(path: string): DirectoryLock {
  const pidFile = join(path, 'pid');
  let database: DatabaseSync | undefined;
  try {
    database = openPrivateDatabase(join(path, 'lock.sqlite'), { timeoutMs: 0 });
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    writeFileSync(pidFile, String(process.pid), { mode: 0o600 });
  } catch (error) {
    database?.close();
    const known = translateStoreError(error, path);
    if (known.code !== 'DATA_DIRECTORY_LOCKED') throw known;
    throw new ByocError('DATA_DIRECTORY_LOCKED', { path, pid: readPid(pidFile) }, { cause: error });
  }
  return { release: () => database.close() };
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
