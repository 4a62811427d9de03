import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { Status } from '../gen/google/rpc/status.ts';
import { asBuffer } from '../grpc/as-buffer.ts';
import { toStatus } from './to-status.ts';

/** Trailer that holds google.rpc.Status. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** Some gRPC stacks take no more than 8 KiB of trailers, base64 and all. */
const FACTS_LENGTH_MAX = 2000;

/** Texts in `grpc-message` at most; the whole text is in the details. */
const DETAILS_LENGTH_MAX = 500;

/** Writes an error as what grpc-js sends: status, text and the `grpc-status-details-bin` trailer. */
export function toServiceError(error: unknown): Pick<ServiceError, 'code' | 'details' | 'metadata'> & Error {
  const status = toStatus(error, { lengthMax: FACTS_LENGTH_MAX });
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, asBuffer(Status.encode(status).finish()));
  const details = status.message.slice(0, DETAILS_LENGTH_MAX).toWellFormed();
  return Object.assign(new Error(details), { code: status.code, details, metadata });
}
