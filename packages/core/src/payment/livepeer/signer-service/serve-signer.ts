import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ByocError, isByocError } from '../../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../../primitives/clock.ts';
import { type Logger, silentLogger } from '../../../primitives/logger.ts';
import { isLoopbackHost } from '../../keys/remote/check-signer-url.ts';
import { signBodySchema } from '../../keys/remote/signer-wire.ts';
import type { Signer, SigningRequest } from '../../keys/signer.ts';
import { checkSigningPolicy } from './check-signing-policy.ts';
import { openSpendFile } from './open-spend-file.ts';
import type { SigningPolicy } from './signing-policy.ts';

const BODY_BYTES_MAX = 1024 * 1024;
const TOKEN_CHARACTERS_MIN = 16;

/** What a signer service stands on. */
export interface SignerServiceOptions {
  readonly policy: SigningPolicy;
  /** Callers show it as bearer token; 16 characters or more. */
  readonly token: string;
  /** A file that holds what was signed on the current day. */
  readonly statePath: string;
  /** @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** 0 for any free one. @default 8947 */
  readonly port?: number | undefined;
  /** PEM. Without it, only this machine can be listened to. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** A signer service that listens. */
export interface SignerService {
  readonly url: string;
  /** Idempotent. The signer is closed by the caller, afterwards. */
  close(): Promise<void>;
}

/** What is answered when nothing is signed. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

/**
 * Lets others sign with a key, within a policy (docs/wallets.md describes the protocol). What counts against a limit is on the disk
 * before a signature leaves. Needs `viem`.
 *
 * @throws ByocError SIGNER_URL_INVALID, SIGNER_TOKEN_WEAK, SIGNER_STATE_UNREADABLE, PORT_IN_USE, LISTEN_FAILED
 */
export async function serveSigner(signer: Signer, options: SignerServiceOptions): Promise<SignerService> {
  const { policy, token, statePath, host = '127.0.0.1', port = 8947, tls } = options;
  const { clock = systemClock, logger = silentLogger } = options;
  if (token.length < TOKEN_CHARACTERS_MIN) throw new ByocError('SIGNER_TOKEN_WEAK', { least: TOKEN_CHARACTERS_MIN });
  if (tls === undefined && !isLoopbackHost(host))
    throw new ByocError('SIGNER_URL_INVALID', {
      reason: `without TLS, anybody on the way to ${host} could read the token`,
    });
  const { readTransaction } = await import('./read-transaction.ts');
  const file = await openSpendFile(statePath);
  const tokenHash = sha256(`Bearer ${token}`);
  let last: Promise<unknown> = Promise.resolve();

  async function sign(requests: readonly SigningRequest[]): Promise<readonly string[]> {
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    const checked = checkSigningPolicy(policy, requests, {
      address: signer.address,
      today,
      spend: file.spend,
      readTransaction,
    });
    const kinds = requests.map(({ kind }) => kind).filter((kind, index, all) => all.indexOf(kind) === index);
    if ('refused' in checked) {
      logger.warn({ kinds, count: requests.length, reason: checked.refused }, 'signature-refused');
      throw new Refusal(403, checked.refused);
    }
    const counts = requests.some(({ kind }) => kind === 'ticket' || kind === 'transaction');
    if (counts) await file.write(checked.spend);
    const signatures = await signer.signAll(requests);
    const { ticketsWei, transactionsWei } = checked.spend;
    logger.info(
      { kinds, count: requests.length, ticketsWei: String(ticketsWei), transactionsWei: String(transactionsWei) },
      'signatures-given',
    );
    return signatures.map((signature) => `0x${Buffer.from(signature).toString('hex')}`);
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const shown = sha256(request.headers.authorization ?? '');
    if (!timingSafeEqual(shown, tokenHash)) {
      logger.warn({ peer: request.socket.remoteAddress }, 'caller-refused');
      throw new Refusal(401, 'the token is not the right one');
    }
    const place = `${request.method} ${request.url}`;
    if (place === 'GET /v1/signer') return { protocol: 'byoc.signer.v1', address: signer.address };
    if (place !== 'POST /v1/sign') throw new Refusal(404, 'there is no such place');
    const requests = await readRequests(request);
    // One after the other: two at once could both fit under a limit that holds one of them.
    const signed = last.then(() => sign(requests));
    last = signed.catch(() => {});
    return { signatures: await signed };
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    answer(request).then(
      (body) => reply(response, 200, body),
      (error: unknown) => {
        const { status, reason } = explain(error, logger);
        reply(response, status, { error: { reason } });
      },
    );
  };
  const server = tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const place = { host, port, use: 'the signer' };
      const reason = cause.code ?? cause.message;
      if (cause.code === 'EADDRINUSE') reject(new ByocError('PORT_IN_USE', place, { cause }));
      else reject(new ByocError('LISTEN_FAILED', { address: `${host}:${port}`, reason }, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${shown}:${actual}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequests(request: IncomingMessage): Promise<readonly SigningRequest[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, `a request has at most ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk as Buffer);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'the request is no JSON');
  }
  const parsed = signBodySchema.safeParse(json);
  if (parsed.success) return parsed.data.requests;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, `\`${issue?.path.join('.')}\`: ${issue?.message}`);
}

function explain(error: unknown, logger: Logger): { status: number; reason: string } {
  if (error instanceof Refusal) return { status: error.status, reason: error.message };
  // Typed data that does not fit its own types.
  if (error instanceof RangeError) return { status: 400, reason: error.message };
  logger.error({ err: error }, 'signing-failed');
  return { status: 503, reason: isByocError(error) ? error.shortMessage : 'it failed' };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  // What is left of a refused body is not read.
  if (status !== 200) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(text);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
