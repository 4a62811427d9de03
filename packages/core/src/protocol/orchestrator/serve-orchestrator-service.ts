import { ServerCredentials } from '@grpc/grpc-js';
import { type Logger, silentLogger } from '../../primitives/logger.ts';
import { createHealthService } from '../grpc/health-service.ts';
import { createReflectionMethods } from '../grpc/reflection-service.ts';
import { serveBidiStream, serveServerStream, serveUnary } from '../grpc/serve-methods.ts';
import { startServer } from '../grpc/start-server.ts';
import type { OrchestratorService } from '../orchestrator-service.ts';
import { ORCHESTRATOR_SERVICE, orchestratorMethods } from './orchestrator-methods.ts';

/** How an orchestrator listens. */
export interface ServeOrchestratorServiceOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly logger?: Logger | undefined;
}

/** An orchestrator service that listens. */
export interface ServedOrchestratorService {
  readonly port: number;
  /** Lets running calls end for `graceMs` (default 0), then breaks them. Idempotent. */
  close(options?: { graceMs?: number | undefined }): Promise<void>;
}

/**
 * Serves `byoc.orchestrator.v1` over TLS with standard health and reflection.
 *
 * @throws ByocError LISTEN_FAILED
 */
export async function serveOrchestratorService(
  service: OrchestratorService,
  options: ServeOrchestratorServiceOptions,
): Promise<ServedOrchestratorService> {
  const context = { logger: options.logger ?? silentLogger };
  const health = createHealthService(ORCHESTRATOR_SERVICE, true, context);
  const m = orchestratorMethods;
  const methods = [
    serveUnary(m.getInfo, (_, call) => service.getInfo(call), context),
    serveUnary(m.listOffers, (request, call) => service.listOffers(request, call), context),
    serveServerStream(m.watchOffers, (request, call) => service.watchOffers(request, call), context),
    serveUnary(m.getQuote, (request, call) => service.getQuote(request, call), context),
    serveBidiStream(m.runJob, (frames, call) => service.runJob(frames, call), context),
    serveServerStream(m.attachJob, (request, call) => service.attachJob(request, call), context),
    serveUnary(m.payJob, (request, call) => service.payJob(request, call), context),
    serveUnary(m.cancelJob, (request, call) => service.cancelJob(request, call), context),
    serveUnary(m.getReceipt, (request, call) => service.getReceipt(request, call), context),
    ...health.methods,
    ...createReflectionMethods([ORCHESTRATOR_SERVICE, 'grpc.health.v1.Health'], context),
  ];
  const { certificatePem, privateKeyPem } = options.tls;
  const server = await startServer(methods, {
    target: `${options.host.includes(':') ? `[${options.host}]` : options.host}:${options.port}`,
    credentials: ServerCredentials.createSsl(null, [
      { private_key: Buffer.from(privateKeyPem), cert_chain: Buffer.from(certificatePem) },
    ]),
    beforeClose: () => {
      health.setServing(false);
      health.close();
    },
  });
  return { port: server.port, close: (closeOptions) => server.close(closeOptions) };
}
