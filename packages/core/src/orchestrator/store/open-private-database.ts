import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens a database file of mode 0600, making it when it is missing. SQLite itself would make it readable by everybody, and
 * whoever can read it can hold a lock on it. Its journals take the mode of the file.
 */
export function openPrivateDatabase(file: string, options: { timeoutMs: number }): DatabaseSync {
  try {
    // Only ever makes the file: closing one that is there would drop every lock that this process holds on it (POSIX).
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return new DatabaseSync(file, { timeout: options.timeoutMs });
}
