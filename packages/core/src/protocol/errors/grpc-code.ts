import type { GrpcStatusName } from '../../errors/error-entry.ts';

/** Numbers of gRPC status codes. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const grpcCode: Readonly<Record<GrpcStatusName, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
};

/** The name of a gRPC status code; `CODE_<n>` for a number that has none. */
export function grpcCodeName(code: number): string {
  if (code === 0) return 'OK';
  return Object.entries(grpcCode).find(([, number]) => number === code)?.[0] ?? `CODE_${code}`;
}
