import { ByocError } from '../../errors/byoc-error.ts';

/** Says that the disk is full when an errno error means that; callers learn of the job, not of paths on this machine. */
export function translateDiskFull(error: unknown, jobId: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new ByocError('DISK_FULL', { path: `the files of job ${jobId}` }, { cause: error })
    : error;
}
