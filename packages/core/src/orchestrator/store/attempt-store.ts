import { translateStoreError } from './translate-store-error.ts';

/** Runs a statement of a data directory's database. @throws ByocError DISK_FULL, DATA_DIRECTORY_* */
export function attemptStore<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw translateStoreError(error, path);
  }
}
