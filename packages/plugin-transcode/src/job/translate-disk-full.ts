import { TranscodeFailure } from '../media/transcode-failure.ts';

/** Says that the disk is full, when that is what an error of the file system means; any other error as it is. */
export function translateDiskFull(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(error) : error;
}

/** A full disk, for the caller. */
export function diskFull(cause: unknown): TranscodeFailure {
  return new TranscodeFailure(
    {
      reason: 'disk-full',
      message: 'The disk is full',
      hint: 'Free some space for job directories, or choose another offer.',
      recovery: 'retry-other',
    },
    { cause },
  );
}
