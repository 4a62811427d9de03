import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { MESSAGE_BYTES_MAX } from '../frames.ts';

/** Encodes with a generated type. Throws FRAME_MALFORMED or FRAME_TOO_LARGE, nothing else. */
export function writeMessage<M>(type: { encode(message: M): BinaryWriter }, message: M): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = type.encode(message).finish();
  } catch (error) {
    if (isByocError(error)) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new ByocError('FRAME_MALFORMED', { jobId: '', reason }, { cause: error });
  }
  if (bytes.length > MESSAGE_BYTES_MAX)
    throw new ByocError('FRAME_TOO_LARGE', { jobId: '', sizeBytes: bytes.length, limitBytes: MESSAGE_BYTES_MAX });
  return bytes;
}
