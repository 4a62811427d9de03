import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { MESSAGE_BYTES_MAX } from '../frames.ts';
import type { WireContext } from './wire-context.ts';

/** Decodes bytes with a generated type. Throws FRAME_MALFORMED or FRAME_TOO_LARGE, nothing else, whatever the bytes. */
export function readMessage<M, T>(
  type: { decode(input: Uint8Array): M },
  bytes: Uint8Array,
  context: WireContext,
  map: (message: M, context: WireContext) => T,
): T {
  if (bytes.length > MESSAGE_BYTES_MAX)
    throw new ByocError('FRAME_TOO_LARGE', {
      jobId: context.jobId,
      sizeBytes: bytes.length,
      limitBytes: MESSAGE_BYTES_MAX,
    });
  try {
    // A Buffer's parts would be Buffers: the domain has plain Uint8Arrays. No copy.
    return map(type.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)), context);
  } catch (error) {
    if (isByocError(error)) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new ByocError('FRAME_MALFORMED', { jobId: context.jobId, reason }, { cause: error });
  }
}
