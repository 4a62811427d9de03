import { decodeJobFrame } from '../codec/job-frame-codec.ts';
import type { JobFrame } from '../frames.ts';
import { JobFrame as Message } from '../gen/byoc/job/v1/job.ts';
import { RunJobResponse } from '../gen/byoc/worker/v1/worker.ts';
import { type ProbeError, readProbeError } from './read-probe-error.ts';

/** A frame of a job, as it came. */
export interface ProbeFrame {
  readonly frame: JobFrame;
  /** Of an `error` frame. */
  readonly error: ProbeError | undefined;
  /** Its fields in the order of their numbers: equal for equal frames. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a message of RunJob or AttachJob; the two are alike on the wire.
 *
 * @throws ByocError FRAME_MALFORMED, FRAME_TOO_LARGE
 */
export function readProbeFrames(message: Uint8Array): ProbeFrame[] {
  return RunJobResponse.decode(message).frames.map((frame) => ({
    frame: decodeJobFrame(frame, { jobId: '', peer: 'the worker' }),
    error: frame.frame?.$case === 'error' ? readProbeError(frame.frame.value) : undefined,
    bytes: Message.encode(frame).finish(),
  }));
}
