import type { DatabaseSync } from 'node:sqlite';
import { ByocError, isByocError } from '../errors/byoc-error.ts';
import type { Signer } from '../payment/keys/signer.ts';
import type { OrchestratorPaymentProvider } from '../payment/payment-provider.ts';
import type { PriceFeed } from '../payment/price-feed/price-feed.ts';
import type { Clock } from '../primitives/clock.ts';
import type { Logger } from '../primitives/logger.ts';
import type { TlsCertificate } from '../protocol/identity/create-tls-certificate.ts';
import { signIdentityStatement } from '../protocol/identity/sign-identity-statement.ts';
import { serveOrchestratorService } from '../protocol/orchestrator/serve-orchestrator-service.ts';
import { createMetrics } from './http/create-metrics.ts';
import { serveHttp } from './http/serve-http.ts';
import { createJobs, type Jobs } from './jobs/create-jobs.ts';
import { createUriFetcher } from './jobs/fetch-uri.ts';
import type { JobLimits } from './jobs/job-limits.ts';
import { createPluginQueues, type PluginQueues } from './jobs/plugin-queues.ts';
import { createOfferBoard } from './offers/create-offer-board.ts';
import { createPaymentDesk, type PaymentDesk } from './payment/payment-desk.ts';
import { createPriceBook } from './payment/price-book.ts';
import type { PluginHost } from './plugin-host.ts';
import { createOrchestratorService } from './service/create-orchestrator-service.ts';
import { createJobRows } from './store/job-rows.ts';

/** What the serving side stands on: opened and closed by `createOrchestrator`. */
export interface ServeOrchestratorOptions {
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  /** Started by this function. */
  readonly pluginHost: PluginHost;
  readonly database: DatabaseSync;
  /** Its address is the orchestrator's. */
  readonly signer: Signer;
  readonly certificate: TlsCertificate;
  /** Holds `inbox/` and `outbox/`. */
  readonly localDirectory: string;
  /** In the operator's order. */
  readonly payment: readonly OrchestratorPaymentProvider[];
  /** Turns dollars into wei; absent when nothing is priced in dollars. */
  readonly priceFeed?: PriceFeed | undefined;
  readonly limits: JobLimits;
  readonly labels: Readonly<Record<string, string>>;
  readonly software: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An orchestrator that listens. */
export interface ServedOrchestrator {
  readonly port: number;
  readonly httpPort: number;
  readonly jobs: Jobs;
  readonly desk: PaymentDesk;
  readonly queues: PluginQueues;
  /** Ends jobs, then the ports. The plugin host is closed by the caller, afterwards. Idempotent. */
  close(options: { mode: 'drain' | 'leave'; graceMs: number }): Promise<void>;
}

/** Starts the plugin host, recovers jobs, and serves both ports. @throws ByocError PORT_IN_USE, LISTEN_FAILED */
export async function serveOrchestrator(options: ServeOrchestratorOptions): Promise<ServedOrchestrator> {
  const { pluginHost, clock, limits, logger, payment, labels, signer, certificate, host, localDirectory } = options;
  let touchOffers = () => {};
  let closing = false;
  const queues = createPluginQueues({ host: pluginHost, clock, limits, onChange: () => touchOffers() });
  const metrics = createMetrics({ host: pluginHost, queues });
  const fetcher = createUriFetcher({
    timeoutMs: limits.uriTimeoutMs,
    allowPrivateAddresses: limits.allowPrivateAddresses,
  });
  const desk = createPaymentDesk({ providers: payment, database: options.database, signer, clock, logger });
  const prices = createPriceBook({ feed: options.priceFeed, clock, logger, onChange: () => touchOffers() });
  const jobs = createJobs({
    ...{ prices, orchestrator: signer.address, host: pluginHost, queues, desk, clock, limits, logger, fetcher },
    rows: createJobRows(options.database),
    inboxDirectory: `${localDirectory}/inbox`,
    outboxDirectory: `${localDirectory}/outbox`,
    onEnded: metrics.jobEnded,
  });
  const paymentProviders = desk.names;
  const offers = createOfferBoard({
    host: pluginHost,
    queues,
    queueLimit: limits.queueLimit,
    labels,
    paymentProviders,
    prices,
    clock,
  });
  touchOffers = offers.touch;
  // What was opened, the last first.
  const closers: (() => unknown)[] = [
    () => desk.close(),
    () => fetcher.close(),
    () => queues.close(),
    () => offers.close(),
  ];
  const closeAll = async () => {
    const errors: unknown[] = [];
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  try {
    await desk.start();
    await prices.start();
    await pluginHost.start();
    await jobs.recover();
    const tls = certificate;
    const health = () => (closing ? 'the orchestrator is closing' : '');
    const http = await listen({ host, port: options.httpPort, use: 'HTTPS' }, () =>
      serveHttp({
        host,
        port: options.httpPort,
        tls,
        address: signer.address,
        jobs,
        offers,
        metrics,
        logger,
        health,
      }),
    );
    closers.push(() => http.close());
    const info = {
      address: signer.address,
      identitySignature: await signIdentityStatement(signer, certificate.certificateSha256),
      certificateSha256: certificate.certificateSha256,
      ...{
        protocols: ['byoc.orchestrator.v1'],
        software: options.software,
        httpPort: http.port,
        localDirectory,
        labels,
      },
    };
    const service = createOrchestratorService({
      info: () => info,
      host: pluginHost,
      jobs,
      offers,
      desk,
      prices,
      signer,
      clock,
    });
    const grpc = await listen({ host, port: options.port, use: 'gRPC' }, () =>
      serveOrchestratorService(service, { host, port: options.port, tls, logger }),
    );
    let closed: Promise<void> | undefined;
    return {
      ...{ port: grpc.port, httpPort: http.port, jobs, desk, queues },
      close(closeOptions) {
        closing = true;
        closed ??= (async () => {
          await jobs.close(closeOptions).catch((error: unknown) => logger.error({ err: error }, 'jobs-close-failed'));
          // The last frames are on their way; watchers of offers are let go by the board.
          closers.push(() => grpc.close({ graceMs: 1000 }));
          offers.close();
          await closeAll();
        })();
        return closed;
      },
    };
  } catch (error) {
    await closeAll().catch(() => {});
    throw error;
  }
}

async function listen<T>(place: { host: string; port: number; use: string }, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || /EADDRINUSE/.test(message))
      throw new ByocError('PORT_IN_USE', place, { cause: error });
    if (isByocError(error)) throw error;
    throw new ByocError(
      'LISTEN_FAILED',
      { address: `${place.host}:${place.port}`, reason: code ?? message },
      { cause: error },
    );
  }
}
