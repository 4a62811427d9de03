import { ByocError, isByocError } from '../../errors/byoc-error.ts';

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const CORRUPT: ReadonlySet<number> = new Set([11, 26]);

/** Says what an error of SQLite or of the file system means for a data directory. */
export function translateStoreError(error: unknown, path: string): ByocError {
  if (isByocError(error)) return error;
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  const result = (errcode ?? 0) & 0xff;
  if (code === 'ENOSPC' || result === SQLITE_FULL) return new ByocError('DISK_FULL', { path }, { cause: error });
  if (CORRUPT.has(result))
    return new ByocError('DATA_DIRECTORY_CORRUPT', { path, reason: String(message) }, { cause: error });
  if (result === SQLITE_BUSY) return new ByocError('DATA_DIRECTORY_LOCKED', { path, pid: '' }, { cause: error });
  return new ByocError('DATA_DIRECTORY_UNREADABLE', { path, reason: message ?? String(error) }, { cause: error });
}
