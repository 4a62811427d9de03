import { ERROR_INFO_TYPE_URL } from '../errors/error-domain.ts';
import { grpcCodeName } from '../errors/grpc-code.ts';
import { ErrorInfo } from '../gen/google/rpc/error_details.ts';
import type { Status } from '../gen/google/rpc/status.ts';

/** A `google.rpc.Status`, as it came. */
export interface ProbeError {
  /** The name of its gRPC status. */
  readonly status: string;
  readonly message: string;
  /** Each `google.rpc.ErrorInfo` it holds. */
  readonly infos: readonly {
    readonly reason: string;
    readonly domain: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
}

/** Reads a `google.rpc.Status`. Throws what protobuf throws when a detail can't be read. */
export function readProbeError(status: Status): ProbeError {
  return {
    status: grpcCodeName(status.code),
    message: status.message,
    infos: status.details
      .filter(({ typeUrl }) => typeUrl === ERROR_INFO_TYPE_URL)
      .map(({ value }) => ErrorInfo.decode(value)),
  };
}
