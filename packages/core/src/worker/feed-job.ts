import { isByocError } from '../errors/byoc-error.ts';
import type { CallerFrame } from '../protocol/frames.ts';
import type { Job } from './job.ts';

/** Hands on the caller's frames; a frame that breaks the protocol ends the job. Never rejects. */
export async function feedJob(
  job: Job,
  incoming: AsyncIterator<CallerFrame>,
  machine: { accept(frame: CallerFrame): void },
): Promise<void> {
  try {
    for (;;) {
      const next = await incoming.next();
      if (next.done) return;
      machine.accept(next.value);
      if (next.value.type !== 'open') await job.accept(next.value);
    }
  } catch (error) {
    // A caller that is gone is seen by the reader of the frames, which knows what is to happen then.
    if (isByocError(error) && !['CALLER_GONE', 'CONNECTION_LOST', 'JOB_CANCELLED'].includes(error.code))
      await job.fail(error);
  }
}
