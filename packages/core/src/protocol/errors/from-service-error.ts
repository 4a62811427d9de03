import type { ServiceError } from '@grpc/grpc-js';
import { ByocError } from '../../errors/byoc-error.ts';
import { MESSAGE_BYTES_MAX } from '../frames.ts';
import { Status } from '../gen/google/rpc/status.ts';
import { fromStatus } from './from-status.ts';
import { grpcCode, grpcCodeName } from './grpc-code.ts';
import { STATUS_DETAILS_KEY } from './to-service-error.ts';

/** Texts of grpc-js for a connection that never came to be. */
const NEVER_CONNECTED =
  /^(No connection established|Name resolution failed|Failed to connect|Channel has been shut down)/;
const TOO_LARGE = /(\d+) vs\.? (\d+)|larger than max/;
const STREAM_BROKEN = /RST_STREAM|Connection dropped|ECONNRESET|socket hang up|Stream removed/i;

/** Translates what grpc-js rejects with into a catalogued error. */
export function fromServiceError(error: unknown, options: { address: string; jobId?: string }): ByocError {
  const { code, details = '', metadata } = error as Partial<ServiceError>;
  const { address, jobId = '' } = options;
  if (code === undefined) return new ByocError('CONNECTION_LOST', { address, reason: String(error) }, { cause: error });
  const packed = metadata?.get(STATUS_DETAILS_KEY)[0];
  if (packed instanceof Uint8Array) {
    try {
      const status = Status.decode(packed);
      if (status.code === code) return fromStatus(status, address);
    } catch {
      // Told as PEER_ERROR below.
    }
  }
  if (code === grpcCode.UNAVAILABLE)
    return new ByocError(
      NEVER_CONNECTED.test(details) ? 'CONNECTION_FAILED' : 'CONNECTION_LOST',
      { address, reason: details },
      { cause: error },
    );
  if (code === grpcCode.RESOURCE_EXHAUSTED && TOO_LARGE.test(details))
    return new ByocError(
      'FRAME_TOO_LARGE',
      { jobId, sizeBytes: Number(/\d+/.exec(details)?.[0] ?? 0), limitBytes: MESSAGE_BYTES_MAX },
      { cause: error },
    );
  // We tell our own cancels apart before; a CANCELLED without our details is a broken stream.
  if (code === grpcCode.CANCELLED || (code === grpcCode.INTERNAL && STREAM_BROKEN.test(details)))
    return new ByocError('CONNECTION_LOST', { address, reason: details }, { cause: error });
  return new ByocError('PEER_ERROR', { address, status: grpcCodeName(code), message: details }, { cause: error });
}
