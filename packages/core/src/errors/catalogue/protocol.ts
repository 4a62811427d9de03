import { entry } from '../error-entry.ts';

function subject(jobId: string): string {
  return jobId === '' ? 'The protocol' : `Job ${jobId}`;
}

/** The wire: frames, streams, connections. */
export const protocolErrors = {
  FRAME_OUT_OF_ORDER: entry<{ jobId: string; frame: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'give-up',
    message: (f) => `${subject(f.jobId)}: frame \`${f.frame}\` came where it is not allowed: ${f.reason}.`,
    hint: () => 'The sender breaks the protocol: see docs/spec/worker-protocol.md.',
  }),
  FRAME_TOO_LARGE: entry<{ jobId: string; sizeBytes: number; limitBytes: number }>({
    grpc: 'RESOURCE_EXHAUSTED',
    http: 413,
    recovery: 'fix-request',
    message: (f) => `${subject(f.jobId)}: a frame of ${f.sizeBytes} bytes is over the limit of ${f.limitBytes} bytes.`,
    hint: () => 'Send large data as a file part, or in chunks of at most 1 MiB.',
  }),
  FRAME_MALFORMED: entry<{ jobId: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'give-up',
    message: (f) => `${subject(f.jobId)}: a frame could not be read: ${f.reason}.`,
    hint: () => 'The sender breaks the protocol: check its version.',
  }),
  CONNECTION_FAILED: entry<{ address: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `Nothing answers at ${f.address}: ${f.reason}.`,
    hint: () => 'Check the address and that the other side is running.',
  }),
  CONNECTION_LOST: entry<{ address: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `The connection to ${f.address} was lost: ${f.reason}.`,
    hint: () => 'Attach to the job again, or start it anew.',
  }),
  PEER_ERROR: entry<{ address: string; status: string; message: string }>({
    grpc: 'UNKNOWN',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `${f.address} answered ${f.status}: ${f.message}.`,
    hint: () => 'The other side runs other software or has a bug; its own log says more.',
  }),
  IDENTITY_MISMATCH: entry<{ address: string; expected: string; actual: string }>({
    grpc: 'UNAUTHENTICATED',
    http: 401,
    recovery: 'retry-other',
    message: (f) => `${f.address} should be ${f.expected} but proves to be ${f.actual}.`,
    hint: () => 'Do not send it anything: somebody else answers at that address, or its key was changed.',
  }),
  IDENTITY_INVALID: entry<{ address: string; reason: string }>({
    grpc: 'UNAUTHENTICATED',
    http: 401,
    recovery: 'retry-other',
    message: (f) => `${f.address} could not prove who it is: ${f.reason}.`,
    hint: () => 'Do not send it anything; its operator can check the certificate and the key.',
  }),
  USAGE_DECREASED: entry<{ jobId: string; meter: string; from: string; to: string }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `${subject(f.jobId)}: meter \`${f.meter}\` fell from ${f.from} to ${f.to}.`,
    hint: () => 'Meters are cumulative: the plugin has a bug, tell its publisher or choose another offer.',
  }),
  CALLER_GONE: entry<{ peer: string }>({
    grpc: 'CANCELLED',
    http: 499,
    recovery: 'give-up',
    message: (f) => `The caller at ${f.peer} ended the call.`,
    hint: () => 'Nothing to do: the caller left, or its connection broke.',
  }),
  INTERNAL_ERROR: entry<Record<string, never>>({
    grpc: 'INTERNAL',
    http: 500,
    recovery: 'retry-other',
    message: () => 'Something unexpected went wrong on the other side.',
    hint: () => 'It is a bug there: its own log says more.',
  }),
  SERVICE_UNKNOWN: entry<{ service: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `There is no service \`${f.service}\` here.`,
    hint: () => 'Ask for the empty name, or for a service that reflection lists.',
  }),
  LISTEN_FAILED: entry<{ address: string; reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `Can't listen at ${f.address}: ${f.reason}.`,
    hint: () => 'Choose another address, or end the program that uses this one.',
  }),
  WORKER_SECRET_INVALID: entry<Record<string, never>>({
    grpc: 'UNAUTHENTICATED',
    http: 401,
    recovery: 'give-up',
    message: () => 'The call does not carry the secret of this worker.',
    hint: () => 'Only the host that started the worker may call it, with metadata `byoc-worker-secret`.',
  }),
} as const;
