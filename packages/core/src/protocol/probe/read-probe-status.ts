import type { ServiceError } from '@grpc/grpc-js';
import { grpcCodeName } from '../errors/grpc-code.ts';
import { STATUS_DETAILS_KEY } from '../errors/to-service-error.ts';
import { Status } from '../gen/google/rpc/status.ts';
import { type ProbeError, readProbeError } from './read-probe-error.ts';

/** How a call ended, as it came. */
export interface ProbeStatus {
  /** For example `OK` or `NOT_FOUND`. */
  readonly status: string;
  readonly text: string;
  /** What `grpc-status-details-bin` holds; undefined without it, or when it can't be read. */
  readonly error: ProbeError | undefined;
}

/** Reads the end of a call. */
export function readProbeStatus(end: Pick<ServiceError, 'code' | 'details' | 'metadata'>): ProbeStatus {
  return { status: grpcCodeName(end.code), text: end.details, error: readDetails(end) };
}

function readDetails({ metadata }: Pick<ServiceError, 'metadata'>): ProbeError | undefined {
  const packed = metadata.get(STATUS_DETAILS_KEY)[0];
  if (!(packed instanceof Uint8Array)) return undefined;
  try {
    return readProbeError(Status.decode(packed));
  } catch {
    return undefined;
  }
}
