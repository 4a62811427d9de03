import { createHash } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { ByocError } from '../../errors/byoc-error.ts';
import { callBidiStream, callServerStream, callUnary } from '../grpc/call-methods.ts';
import { clientOptions } from '../grpc/channel-options.ts';
import { type Connection, createConnection } from '../grpc/connection.ts';
import { verifyIdentityStatement } from '../identity/verify-identity-statement.ts';
import type { OrchestratorInfo, OrchestratorService } from '../orchestrator-service.ts';
import { fetchCertificate } from './fetch-certificate.ts';
import { orchestratorMethods } from './orchestrator-methods.ts';

/** Which orchestrator to reach. */
export interface ConnectOrchestratorOptions {
  /** `https://host:port`. */
  readonly url: string;
  /** The ETH address it must prove to have. */
  readonly expectedAddress?: string | undefined;
  /** Ends the attempt; a connection that stands is not touched. */
  readonly signal?: AbortSignal | undefined;
}

/** An orchestrator at the other end of a connection, whose identity is proven. */
export interface ConnectedOrchestrator extends OrchestratorService {
  readonly info: OrchestratorInfo;
  /** The only certificate to trust for this orchestrator, on its HTTPS side too. */
  readonly certificatePem: string;
  readonly certificateSha256: string;
  readonly url: string;
  /** Closes the connection; running calls fail. Idempotent. */
  close(): void;
}

/**
 * Connects to an orchestrator: pins the certificate it shows, then checks that its ETH key signed for that certificate.
 *
 * @throws ByocError CONNECTION_FAILED, IDENTITY_INVALID, IDENTITY_MISMATCH
 */
export async function connectOrchestrator(options: ConnectOrchestratorOptions): Promise<ConnectedOrchestrator> {
  const { signal, expectedAddress } = options;
  const url = parseUrl(options.url);
  const certificate = await fetchCertificate(url, { signal });
  const trust = Buffer.from(certificate.pem);
  const client = new Client(
    url.port === '' ? `${url.hostname}:443` : url.host,
    credentials.createSsl(trust, null, null, {
      checkServerIdentity: (_, shown) =>
        createHash('sha256').update(shown.raw).digest('hex') === certificate.sha256
          ? undefined
          : new Error('the certificate is not the pinned one'),
    }),
    {
      ...clientOptions,
      'grpc.ssl_target_name_override': 'byoc-orchestrator',
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    },
  );
  const context = createConnection(client, { address: url.origin });
  try {
    const info = await callUnary(context, orchestratorMethods.getInfo, undefined, { signal });
    verifyIdentityStatement({
      url: url.origin,
      address: info.address,
      signature: info.identitySignature,
      certificateSha256: info.certificateSha256,
      shownCertificateSha256: certificate.sha256,
      ...(expectedAddress === undefined ? {} : { expectedAddress }),
    });
    return {
      ...callsOf(context),
      info,
      certificatePem: certificate.pem,
      certificateSha256: certificate.sha256,
      url: url.origin,
      close: () => context.close(),
    };
  } catch (error) {
    context.close();
    throw error;
  }
}

function callsOf(context: Connection): OrchestratorService {
  const m = orchestratorMethods;
  return {
    getInfo: (options) => callUnary(context, m.getInfo, undefined, options),
    listOffers: (request, options) => callUnary(context, m.listOffers, request, options),
    watchOffers: (request, options) => callServerStream(context, m.watchOffers, request, options),
    getQuote: (request, options) => callUnary(context, m.getQuote, request, options),
    runJob: (frames, options) => callBidiStream(context, m.runJob, frames, options),
    attachJob: (request, options) => callServerStream(context, m.attachJob, request, options),
    payJob: (request, options) => callUnary(context, m.payJob, request, options),
    cancelJob: (request, options) => callUnary(context, m.cancelJob, request, options),
    getReceipt: (request, options) => callUnary(context, m.getReceipt, request, options),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:')
    throw new ByocError('CONNECTION_FAILED', { address: text, reason: 'it is not an https:// address' });
  return url;
}
