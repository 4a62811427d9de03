import { ByocError } from '../errors/byoc-error.ts';

/** Reads UTF-8 JSON of a caller. `jobId`: empty outside a job. @throws ByocError FRAME_MALFORMED */
export function parseJsonBytes(jobId: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ByocError('FRAME_MALFORMED', { jobId, reason: 'it is not JSON' }, { cause: error });
  }
}
