import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { asBuffer } from '../grpc/as-buffer.ts';
import { CallReader } from '../grpc/call-reader.ts';
import { clientOptions } from '../grpc/channel-options.ts';
import { SECRET_KEY } from '../worker/check-secret.ts';
import type { WorkerAddress } from '../worker-address.ts';
import { type ProbeStatus, readProbeStatus } from './read-probe-status.ts';

/** One call, message by message, as bytes. A unary method is a stream of one message each way. */
export interface ProbeCall {
  write(message: Uint8Array): void;
  /** Half-closes the call. */
  end(): void;
  /** Cancels the call, as a caller does that leaves. */
  cancel(): void;
  /** Messages as they are asked for: what is not asked for stays on the way. Ends with the call, whatever its status. */
  readonly messages: AsyncIterableIterator<Uint8Array>;
  /** How the call ended. Never rejects. */
  readonly status: Promise<ProbeStatus>;
}

/** A connection to a worker without a well-behaved client's checks: it sends any bytes and shows what comes as it came. */
export interface WorkerProbe {
  /** @param options.secret instead of the address's; empty for none */
  call(path: string, options?: { secret?: string | undefined }): ProbeCall;
  close(): void;
}

const same = (bytes: Buffer): Buffer => bytes;

/** Connects to a worker for tests of it. */
export function openWorkerProbe(address: WorkerAddress): WorkerProbe {
  const target = address.type === 'unix' ? `unix:${address.path}` : `${address.host}:${address.port}`;
  // The probe sends what is over the limits too.
  const client = new Client(target, credentials.createInsecure(), {
    ...clientOptions,
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
  });
  return {
    call(path, { secret = address.type === 'tcp' ? address.secret : '' } = {}) {
      const metadata = new Metadata();
      if (secret !== '') metadata.set(SECRET_KEY, secret);
      const call = client.makeBidiStreamRequest(path, same, same, metadata);
      const reader = new CallReader<Uint8Array>(call, { decode: (bytes) => bytes, onReturn: () => call.cancel() });
      // `status` tells it.
      call.on('error', () => {});
      const status = new Promise<ProbeStatus>((resolve) => {
        call.on('status', (end) => {
          resolve(readProbeStatus(end as Pick<ServiceError, 'code' | 'details' | 'metadata'>));
          reader.finish({});
        });
      });
      return {
        write: (message) => void call.write(asBuffer(message)),
        end: () => call.end(),
        cancel: () => call.cancel(),
        messages: reader,
        status,
      };
    },
    close: () => client.close(),
  };
}
