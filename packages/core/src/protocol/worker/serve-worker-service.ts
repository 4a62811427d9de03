import { chmod, lstat, rm } from 'node:fs/promises';
import { ServerCredentials } from '@grpc/grpc-js';
import { type Logger, silentLogger } from '../../primitives/logger.ts';
import { createHealthService } from '../grpc/health-service.ts';
import { createReflectionMethods } from '../grpc/reflection-service.ts';
import { type ServeContext, serveBidiStream, serveServerStream, serveUnary } from '../grpc/serve-methods.ts';
import { startServer } from '../grpc/start-server.ts';
import type { WorkerAddress } from '../worker-address.ts';
import type { WorkerService } from '../worker-service.ts';
import { checkSecret } from './check-secret.ts';
import { WORKER_SERVICE, workerMethods } from './worker-methods.ts';

/** How a worker listens. */
export interface ServeWorkerServiceOptions {
  /** TCP port 0 takes any free port. */
  readonly address: WorkerAddress;
  readonly logger?: Logger | undefined;
  /** What standard health says first. @default 'not-serving' */
  readonly health?: 'serving' | 'not-serving' | undefined;
  /** Mode of the socket file. @default 0o600 */
  readonly socketMode?: number | undefined;
}

/** A worker service that listens. */
export interface ServedWorkerService {
  /** Where it listens; the port is the real one. */
  readonly address: WorkerAddress;
  /** Sets what standard health says. */
  setServing(serving: boolean): void;
  /** Lets running calls end for `graceMs` (default 0), then breaks them. Idempotent. */
  close(options?: { graceMs?: number | undefined }): Promise<void>;
}

/**
 * Serves `byoc.worker.v1` with standard health and reflection.
 *
 * @throws ByocError LISTEN_FAILED
 */
export async function serveWorkerService(
  service: WorkerService,
  options: ServeWorkerServiceOptions,
): Promise<ServedWorkerService> {
  const { address, logger = silentLogger } = options;
  const open: ServeContext = { logger };
  const context: ServeContext =
    address.type === 'tcp' ? { logger, authorize: (metadata) => checkSecret(metadata, address.secret) } : open;
  const health = createHealthService(WORKER_SERVICE, options.health === 'serving', open);
  const m = workerMethods;
  const methods = [
    serveUnary(m.getInfo, (_, call) => service.getInfo(call), context),
    serveUnary(m.getManifest, (_, call) => service.getManifest(call), context),
    serveServerStream(m.watchState, (_, call) => service.watchState(call), context),
    serveUnary(m.estimateUsage, (request, call) => service.estimateUsage(request, call), context),
    serveBidiStream(m.runJob, (frames, call) => service.runJob(frames, call), context),
    serveServerStream(m.attachJob, (request, call) => service.attachJob(request, call), context),
    serveUnary(m.cancelJob, (request, call) => service.cancelJob(request, call), context),
    serveUnary(m.drain, async (request, call) => void (await service.drain(request, call)), context),
    ...health.methods,
    ...createReflectionMethods([WORKER_SERVICE, 'grpc.health.v1.Health'], open),
  ];
  if (address.type === 'unix') await removeStaleSocket(address.path);
  const server = await startServer(methods, {
    target: address.type === 'unix' ? `unix:${address.path}` : `${bracketed(address.host)}:${address.port}`,
    credentials: ServerCredentials.createInsecure(),
    beforeClose: () => {
      health.setServing(false);
      health.close();
    },
  });
  if (address.type === 'unix') await chmod(address.path, options.socketMode ?? 0o600);
  return {
    address: address.type === 'unix' ? address : { ...address, port: server.port },
    setServing: (serving) => health.setServing(serving),
    close: (closeOptions) => server.close(closeOptions),
  };
}

/** An IPv6 address needs brackets before a port. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket()) await rm(path, { force: true });
}
