import { JobError } from '@byoc/core/worker';
import { LlmFailure } from '../engine/llm-failure.ts';

/** Runs a part of a job; what the caller should know about a failure reaches it. */
export async function translateFailure<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof LlmFailure)) throw error;
    const { reason, message, hint, recovery } = error;
    throw new JobError({ reason, message, hint, recovery, cause: error });
  }
}
