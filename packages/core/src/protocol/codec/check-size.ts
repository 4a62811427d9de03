import { ByocError } from '../../errors/byoc-error.ts';
import type { WireContext } from './wire-context.ts';

/** Returns the bytes; throws FRAME_TOO_LARGE above the limit. */
export function checkSize(bytes: Uint8Array, limitBytes: number, context: Pick<WireContext, 'jobId'>): Uint8Array {
  if (bytes.length > limitBytes)
    throw new ByocError('FRAME_TOO_LARGE', { jobId: context.jobId, sizeBytes: bytes.length, limitBytes });
  return bytes;
}
