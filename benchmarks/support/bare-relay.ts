import * as grpc from '@grpc/grpc-js';

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };

/** One bidi method over raw bytes: the least that grpc-js can do. */
const method = {
  path: '/bare.Relay/Run',
  requestStream: true,
  responseStream: true,
  requestSerialize: bytes.serialize,
  requestDeserialize: bytes.deserialize,
  responseSerialize: bytes.serialize,
  responseDeserialize: bytes.deserialize,
} as const satisfies grpc.MethodDefinition<Buffer, Buffer>;

const Client = grpc.makeGenericClientConstructor({ run: method }, 'bare.Relay');

type Duplex = grpc.ClientDuplexStream<Buffer, Buffer>;

/** A running hop. */
export interface BareHop {
  readonly address: string;
  close(): void;
}

/** A server that answers each request message with `answers` messages of `answer`, then ends. */
export function startBareWorker(address: string, answer: Buffer, answers: number): Promise<BareHop> {
  return listen(address, grpc.ServerCredentials.createInsecure(), (call) => {
    call.on('data', () => {
      for (let index = 0; index < answers; index += 1) call.write(answer);
    });
    call.on('end', () => call.end());
  });
}

/** A server that passes a call's messages on to another server and its answers back. */
export async function startBareRelay(
  address: string,
  target: string,
  credentials: grpc.ServerCredentials,
): Promise<BareHop> {
  const client = new Client(target, grpc.credentials.createInsecure());
  const hop = await listen(address, credentials, (call) => {
    const onward = (client as unknown as { run(): Duplex }).run();
    call.pipe(onward as unknown as NodeJS.WritableStream);
    onward.pipe(call as unknown as NodeJS.WritableStream);
    onward.on('error', () => {});
    call.on('error', () => {});
  });
  return {
    address: hop.address,
    close() {
      client.close();
      hop.close();
    },
  };
}

/** Runs one bare call: writes the request, ends, resolves with the number of answers. */
export function connectBare(target: string, credentials: grpc.ChannelCredentials, options: grpc.ChannelOptions = {}) {
  const client = new Client(target, credentials, options) as unknown as { run(): Duplex; close(): void };
  return {
    call(request: Buffer): Promise<number> {
      return new Promise((resolve, reject) => {
        const call = client.run();
        let count = 0;
        call.on('data', () => {
          count += 1;
        });
        call.on('error', reject);
        call.on('end', () => resolve(count));
        call.write(request);
        call.end();
      });
    },
    close: () => client.close(),
  };
}

function listen(
  address: string,
  credentials: grpc.ServerCredentials,
  handle: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => void,
): Promise<BareHop> {
  const server = new grpc.Server();
  server.addService({ run: method } as unknown as grpc.ServiceDefinition, { run: handle as grpc.UntypedHandleCall });
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) return reject(error);
      resolve({
        address: address.startsWith('unix:') ? address : address.replace(/:0$/, `:${port}`),
        close: () => server.forceShutdown(),
      });
    });
  });
}
