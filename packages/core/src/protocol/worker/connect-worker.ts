import { Client, credentials } from '@grpc/grpc-js';
import { type Logger, silentLogger } from '../../primitives/logger.ts';
import { callBidiStream, callServerStream, callUnary } from '../grpc/call-methods.ts';
import { clientOptions } from '../grpc/channel-options.ts';
import { createConnection } from '../grpc/connection.ts';
import { healthCheck } from '../grpc/health-service.ts';
import type { WorkerAddress } from '../worker-address.ts';
import type { CallOptions, WorkerService } from '../worker-service.ts';
import { SECRET_KEY } from './check-secret.ts';
import { WORKER_SERVICE, workerMethods } from './worker-methods.ts';

/** A worker at the other end of a connection. */
export interface ConnectedWorker extends WorkerService {
  /** What the worker's standard health says. */
  health(options?: CallOptions): Promise<'serving' | 'not-serving'>;
  /** Closes the connection; running calls fail. Idempotent. */
  close(): void;
}

/** Connects to a worker. Returns at once: the first call opens the connection, and fails when nobody answers. */
export function connectWorker(
  address: WorkerAddress,
  { logger = silentLogger }: { readonly logger?: Logger | undefined } = {},
): ConnectedWorker {
  const unix = address.type === 'unix';
  const target = unix
    ? `unix:${address.path}`
    : `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  const client = new Client(target, credentials.createInsecure(), clientOptions);
  const context = createConnection(client, {
    address: unix ? `unix://${address.path}` : `tcp://${target}`,
    ...(unix ? {} : { metadata: { [SECRET_KEY]: address.secret } }),
  });
  const m = workerMethods;
  return {
    getInfo: (options) => callUnary(context, m.getInfo, undefined, options),
    getManifest: (options) => callUnary(context, m.getManifest, undefined, options),
    watchState: (options) => callServerStream(context, m.watchState, undefined, options),
    estimateUsage: (request, options) => callUnary(context, m.estimateUsage, request, options),
    runJob: (frames, options) => callBidiStream(context, m.runJob, frames, options),
    attachJob: (request, options) => callServerStream(context, m.attachJob, request, options),
    cancelJob: (request, options) => callUnary(context, m.cancelJob, request, options),
    drain: (request, options) => callUnary(context, m.drain, request, options),
    health: async (options) =>
      (await callUnary(context, healthCheck, WORKER_SERVICE, options)) === 1 ? 'serving' : 'not-serving',
    close() {
      logger.debug({ address: context.address, runningCalls: context.running.size }, 'worker-connection-closed');
      context.close();
    },
  };
}
