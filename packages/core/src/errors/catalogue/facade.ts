import { entry } from '../error-entry.ts';

/** Requests that come to a gateway over HTTP. */
export const facadeErrors = {
  ROUTE_UNKNOWN: entry<{ method: string; path: string }>({
    grpc: 'UNIMPLEMENTED',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `There is no ${f.method} ${f.path} here.`,
    hint: () => 'Check the base URL (it ends in `/v1` for OpenAI clients), and docs/gateway.md for what is served.',
  }),
  HOST_REFUSED: entry<{ host: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 421,
    recovery: 'fix-request',
    message: (f) => `This gateway does not answer to the name \`${f.host}\`.`,
    hint: () => 'Use the address that it printed at its start, or name it with `--host-name`.',
  }),
  ORIGIN_REFUSED: entry<{ origin: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'fix-request',
    message: (f) => `A page of \`${f.origin}\` sent this form; forms are taken from programs alone.`,
    hint: () => 'Send the form from a program: a page could spend the money of whoever opens it.',
  }),
  REQUEST_BODY_INVALID: entry<{ reason: string; wanted?: 'json' | 'form' }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The body of the request can't be read: ${f.reason}.`,
    hint: (f) =>
      f.wanted === 'form'
        ? 'Send a form with `content-type: multipart/form-data`.'
        : 'Send one JSON object with `content-type: application/json`.',
  }),
  REQUEST_BODY_TOO_LARGE: entry<{ limitBytes: number }>({
    grpc: 'RESOURCE_EXHAUSTED',
    http: 413,
    recovery: 'fix-request',
    message: (f) => `The body of the request is larger than ${f.limitBytes} bytes.`,
    hint: () => 'Send less in one request, or name large pictures by their address.',
  }),
  OPENAI_REQUEST_INVALID: entry<{ param: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `\`${f.param}\` ${f.reason}.`,
    hint: () => 'docs/gateway.md lists what the OpenAI façade takes.',
  }),
  MODEL_NOT_OFFERED: entry<{ model: string; offered: string[] }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `No offer has the model \`${f.model}\`.`,
    hint: (f) =>
      f.offered.length === 0 ? 'No offer names a model now: see `byoc query`.' : `Offered: ${f.offered.join(', ')}.`,
  }),
  STREAM_CONTRADICTS_RESULT: entry<{ jobId: string; part: string }>({
    grpc: 'DATA_LOSS',
    http: 502,
    recovery: 'give-up',
    message: (f) => `What job ${f.jobId} streamed of \`${f.part}\` is not how its result begins.`,
    hint: () => 'A piece was lost with a connection, or the plugin has a bug: take the answer without streaming.',
  }),
} as const;
