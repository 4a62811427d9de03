/** What a caller can do about an error. */
export type Recovery = 'fix-request' | 'retry-same' | 'retry-other' | 'pay-first' | 'give-up';

/** Names of gRPC status codes, as in https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export type GrpcStatusName =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** One row of the catalogue. `Facts` is what an error of this code is made of: plain JSON values only. */
export interface ErrorEntry<Facts> {
  /** gRPC status on the wire. */
  readonly grpc: GrpcStatusName;
  /** HTTP status on the wire. */
  readonly http: number;
  /** What a caller can do. */
  readonly recovery: Recovery;
  /** One sentence: what happened, to what, with which value. */
  readonly message: (facts: Facts) => string;
  /** One sentence: what to do next. */
  readonly hint: (facts: Facts) => string;
}

/** Declares a row of the catalogue with its facts. */
export function entry<Facts extends object>(row: ErrorEntry<Facts>): ErrorEntry<Facts> {
  return row;
}
