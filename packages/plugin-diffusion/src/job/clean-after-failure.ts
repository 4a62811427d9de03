import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError, type JobDirectory, type JobId } from '@byoc/core';
import { ImageFailure } from '../model/image-failure.ts';

/** What a job leaves and says when it fails. */
export interface FailingJob {
  readonly jobId: JobId;
  readonly signal: AbortSignal;
  readonly dir: JobDirectory;
}

/** What a job notes of its work. */
export interface FailingWork {
  /** Whether units were counted that can be charged. */
  isCounted: boolean;
}

/**
 * Runs a job. When it fails nothing is left in its folders, and its failure is told in this engine's words. Pictures are delivered with
 * the result alone: once something was counted no failure is the caller's to mend, and so none is charged.
 */
export async function cleanAfterFailure<T>(
  { jobId, signal, dir }: FailingJob,
  run: (work: FailingWork) => Promise<T>,
): Promise<T> {
  const work: FailingWork = { isCounted: false };
  try {
    return await run(work);
  } catch (error) {
    await Promise.all([dir.out, dir.tmp].map(empty));
    signal.throwIfAborted();
    const failure = translate(error);
    if (!(failure instanceof ImageFailure)) throw failure;
    const { reason, message, hint } = failure;
    const recovery = work.isCounted ? 'retry-other' : failure.recovery;
    throw new ByocError('JOB_FAILED', { jobId, reason, message: `${message}.`, hint, recovery }, { cause: error });
  }
}

/** Foreign errors in this engine's words. */
function translate(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ImageFailure(
    {
      reason: 'disk-full',
      message: 'The disk is full',
      hint: 'Free some space for job directories, or choose another offer.',
      recovery: 'retry-other',
    },
    { cause: error },
  );
}

async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
