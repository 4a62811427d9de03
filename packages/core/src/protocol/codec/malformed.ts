import { ByocError } from '../../errors/byoc-error.ts';
import type { WireContext } from './wire-context.ts';

/** The error of a frame that can't be read. */
export function malformed(context: Pick<WireContext, 'jobId'>, reason: string): ByocError<'FRAME_MALFORMED'> {
  return new ByocError('FRAME_MALFORMED', { jobId: context.jobId, reason });
}
