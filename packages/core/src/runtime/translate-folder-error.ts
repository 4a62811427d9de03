import { ByocError, isByocError } from '../errors/byoc-error.ts';

/** Says what an errno error means for the folders of a worker. */
export function translateFolderError(error: unknown, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isByocError(error) || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ByocError('DISK_FULL', { path }, { cause: error });
  return new ByocError('DATA_DIRECTORY_UNREADABLE', { path, reason: message }, { cause: error });
}
