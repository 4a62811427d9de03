import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { fromServiceError } from '../errors/from-service-error.ts';
import { asBuffer } from './as-buffer.ts';
import { CallReader } from './call-reader.ts';
import type { Connection } from './connection.ts';
import type { Method } from './method.ts';
import { WAKE_WRITER, writeValues } from './write-values.ts';

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/** How long a server may take to end a call after its last answer, ms. */
const END_MS = 1000;

const same = (bytes: Buffer): Buffer => bytes;

function metadataOf(context: Connection): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(context.metadata)) metadata.set(key, value);
  return metadata;
}

/** Calls a method that answers once. */
export function callUnary<Req, Res>(
  context: Connection,
  method: Method<Req, Res>,
  request: Req,
  { signal }: Options = {},
): Promise<Res> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const bytes = asBuffer(method.request.encode(request));
    // What to reject with when we cancelled the call ourselves.
    let failure: { readonly error: unknown } | undefined;
    const fail = (error: unknown) => {
      failure ??= { error };
      call.cancel();
    };
    const onAbort = () => fail(signal?.reason);
    const call = context.client.makeUnaryRequest(
      method.path,
      same,
      same,
      bytes,
      metadataOf(context),
      (error: ServiceError | null, response?: Buffer) => {
        signal?.removeEventListener('abort', onAbort);
        context.running.delete(fail);
        if (failure !== undefined) return reject(failure.error);
        if (error !== null) return reject(fromServiceError(error, { address: context.address }));
        try {
          resolve(method.response.decode(response as Buffer, { jobId: '', peer: context.address }));
        } catch (malformed) {
          reject(malformed);
        }
      },
    );
    context.running.add(fail);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Calls a method that answers one request with a stream. The call starts when the stream is iterated. */
export function callServerStream<Req, Res>(
  context: Connection,
  method: Method<Req, Res>,
  request: Req,
  options: Options = {},
): AsyncIterable<Res> {
  return {
    [Symbol.asyncIterator]() {
      options.signal?.throwIfAborted();
      const bytes = asBuffer(method.request.encode(request));
      const call = context.client.makeServerStreamRequest(method.path, same, same, bytes, metadataOf(context));
      return readCall(call, context, method, options).reader;
    },
  };
}

/** Calls a method with a stream each way. The call starts when the answer is iterated. */
export function callBidiStream<Req, Res>(
  context: Connection,
  method: Method<Req, Res>,
  requests: AsyncIterable<Req>,
  options: Options = {},
): AsyncIterable<Res> {
  return {
    [Symbol.asyncIterator]() {
      options.signal?.throwIfAborted();
      const call = context.client.makeBidiStreamRequest(method.path, same, same, metadataOf(context));
      const { reader, isEnded, fail } = readCall(call, context, method, options);
      const iterator = requests[Symbol.asyncIterator]();
      const leave = () => {
        iterator.return?.()?.then(undefined, () => undefined);
      };
      call.on('status', () => {
        call.emit(WAKE_WRITER);
        leave();
      });
      writeValues(call, iterator, method.request, isEnded).then(
        () => {
          if (!isEnded()) call.end();
        },
        (error: unknown) => {
          fail(error);
          leave();
        },
      );
      return reader;
    },
  };
}

type ReadableCall = ReturnType<Client['makeServerStreamRequest']> | ReturnType<Client['makeBidiStreamRequest']>;

function readCall<Res>(
  call: ReadableCall,
  context: Connection,
  { response, isLast }: Pick<Method<unknown, Res>, 'response' | 'isLast'>,
  { signal }: Options,
) {
  const wire = { jobId: '', peer: context.address };
  let ended = false;
  let answered = false;
  let overdue: NodeJS.Timeout | undefined;
  const reader = new CallReader<Res>(call, {
    decode(bytes) {
      const answer = response.decode(bytes, wire);
      answered ||= isLast?.(answer) === true;
      return answer;
    },
    onReturn: () => leave(),
  });
  // A server takes a reset for each finished call as an attack and drops the connection: so a call that is over but for
  // its end is left to end.
  const leave = () => {
    if (!answered) return call.cancel();
    overdue ??= setTimeout(() => call.cancel(), END_MS).unref();
    reader.discard();
  };
  const fail = (error: unknown) => {
    if (ended) return;
    ended = true;
    context.running.delete(fail);
    reader.finish({ error }, { drop: true });
    leave();
  };
  const onAbort = () => fail(signal?.reason);
  call.on('error', (error) => {
    if (!ended) reader.finish({ error: fromServiceError(error, { address: context.address }) });
  });
  call.on('status', (status) => {
    signal?.removeEventListener('abort', onAbort);
    context.running.delete(fail);
    ended = true;
    clearTimeout(overdue);
    if (status.code === 0) reader.finish({});
  });
  context.running.add(fail);
  signal?.addEventListener('abort', onAbort, { once: true });
  return { reader, isEnded: () => ended, fail };
}
