import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  MethodDefinition,
  ServerDuplexStream,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { Codec } from '../codec/codec.ts';
import { toServiceError } from '../errors/to-service-error.ts';
import { asBuffer } from './as-buffer.ts';
import { CallReader } from './call-reader.ts';
import type { Method } from './method.ts';
import { WAKE_WRITER, writeValues } from './write-values.ts';

/** What a server adds to each call. */
export interface CallInfo {
  readonly signal: AbortSignal;
  /** For example `ipv4:127.0.0.1:5000`. */
  readonly peer: string;
}

/** What all methods of a server share. */
export interface ServeContext {
  readonly logger: Logger;
  /** Throws a ByocError to refuse the call. */
  readonly authorize?: ((metadata: Metadata) => void) | undefined;
}

/** A method with its handler, ready for grpc-js. Bytes pass through grpc-js as they are. */
export interface ServedMethod {
  readonly definition: MethodDefinition<Buffer, Buffer>;
  readonly handler:
    | handleUnaryCall<Buffer, Buffer>
    | handleServerStreamingCall<Buffer, Buffer>
    | handleBidiStreamingCall<Buffer, Buffer>;
}

const same = (bytes: Buffer): Buffer => bytes;

function define(path: string, requestStream: boolean, responseStream: boolean): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function report(context: ServeContext, path: string, error: unknown): void {
  if (!isByocError(error)) context.logger.error({ method: path, err: error }, 'call-failed');
}

/** Serves a method that answers once. */
export function serveUnary<Req, Res>(
  method: Method<Req, Res>,
  handle: (request: Req, call: CallInfo) => Promise<Res>,
  context: ServeContext,
): ServedMethod {
  const handler: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    const peer = call.getPeer();
    const controller = new AbortController();
    call.on('cancelled', () => controller.abort(new ByocError('CALLER_GONE', { peer })));
    const answer = async () => {
      context.authorize?.(call.metadata);
      const request = method.request.decode(call.request, { jobId: '', peer });
      return asBuffer(method.response.encode(await handle(request, { signal: controller.signal, peer })));
    };
    answer().then(
      (bytes) => callback(null, bytes),
      (error: unknown) => {
        report(context, method.path, error);
        callback(toServiceError(error));
      },
    );
  };
  return { definition: define(method.path, false, false), handler };
}

/** Serves a method that answers one request with a stream. */
export function serveServerStream<Req, Res>(
  method: Method<Req, Res>,
  handle: (request: Req, call: CallInfo) => AsyncIterable<Res>,
  context: ServeContext,
): ServedMethod {
  const handler: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    const { controller, peer, isClosed } = watch(call);
    void respond(call, context, method, isClosed, () => {
      context.authorize?.(call.metadata);
      const request = method.request.decode(call.request, { jobId: '', peer });
      return handle(request, { signal: controller.signal, peer });
    });
  };
  return { definition: define(method.path, false, true), handler };
}

/** Serves a method with a stream each way. */
export function serveBidiStream<Req, Res>(
  method: Method<Req, Res>,
  handle: (requests: AsyncIterable<Req>, call: CallInfo) => AsyncIterable<Res>,
  context: ServeContext,
): ServedMethod {
  const handler: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    const { controller, peer, isClosed } = watch(call);
    const wire = { jobId: '', peer };
    const reader = new CallReader<Req>(call, {
      decode: (bytes) => method.request.decode(bytes, wire),
      // The service has read enough: what still comes stays in the flow-control window until the call ends.
      onReturn: () => undefined,
    });
    call.on('end', () => reader.finish({}));
    controller.signal.addEventListener('abort', () =>
      reader.finish({ error: controller.signal.reason }, { drop: true }),
    );
    void respond(call, context, method, isClosed, () => {
      context.authorize?.(call.metadata);
      return handle(reader, { signal: controller.signal, peer });
    });
  };
  return { definition: define(method.path, true, true), handler };
}

type StreamingCall = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

function watch(call: StreamingCall) {
  const peer = call.getPeer();
  const controller = new AbortController();
  call.on('cancelled', () => {
    // A caller that had not half-closed when the answer ended is told as cancelled too.
    if (call.writableEnded) return;
    controller.abort(new ByocError('CALLER_GONE', { peer }));
    call.emit(WAKE_WRITER);
  });
  return { controller, peer, isClosed: () => call.cancelled };
}

async function respond<Res>(
  call: StreamingCall,
  context: ServeContext,
  method: { readonly path: string; readonly response: Codec<Res> },
  isClosed: () => boolean,
  open: () => AsyncIterable<Res>,
): Promise<void> {
  let iterator: AsyncIterator<Res> | undefined;
  const leave = () => {
    if (call.writableEnded) return;
    // A generator that is suspended in an await answers only later; nobody waits for it.
    iterator?.return?.()?.then(undefined, (error: unknown) => report(context, method.path, error));
  };
  call.on('cancelled', leave);
  try {
    iterator = open()[Symbol.asyncIterator]();
    await writeValues(call, iterator, method.response, isClosed);
    if (!isClosed()) call.end();
  } catch (error) {
    if (isClosed()) return;
    report(context, method.path, error);
    leave();
    call.emit('error', toServiceError(error));
  }
}
