import { Readable } from 'node:stream';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { ByocError } from '../../errors/byoc-error.ts';
import { type Logger, silentLogger } from '../../primitives/logger.ts';
import type { Facade } from './facade.ts';
import { hostAllowed } from './host-allowed.ts';

/** How to serve façades. */
export interface ServeFacadesOptions {
  readonly facades: readonly Facade[];
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 takes a free one. @default 8950 */
  readonly port?: number | undefined;
  /** Host names that requests may name besides this machine's own. @default none; everything when `host` is no loopback address */
  readonly hostNames?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}

/** Façades on a socket. */
export interface ServedFacades extends AsyncDisposable {
  /** `http://host:port`. */
  readonly url: string;
  /** Ends open answers and stops listening. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves façades over HTTP. On a loopback address only requests that name this machine are answered, so that a web page can't reach
 * the gateway through a name of its own (DNS rebinding).
 *
 * @throws ByocError PORT_IN_USE, LISTEN_FAILED
 * @example
 * const served = await serveFacades({ facades: [createOpenaiFacade({ gateway })] });
 */
export async function serveFacades(options: ServeFacadesOptions): Promise<ServedFacades> {
  const { host = '127.0.0.1', port = 8950, hostNames = [], logger = silentLogger } = options;
  // Bodies are read, and bounded, by the façades.
  const app = fastify({ forceCloseConnections: true, requestTimeout: 0, exposeHeadRoutes: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.addHook('onRequest', async (request, reply) => {
    const named = request.headers.host ?? '';
    if (!hostAllowed(named, { listening: host, hostNames }))
      return refuse(reply, new ByocError('HOST_REFUSED', { host: named }));
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, new ByocError('ROUTE_UNKNOWN', { method: request.method, path: request.url })),
  );
  app.setErrorHandler((error, _request, reply) => {
    logger.error({ err: error }, 'facade-failed');
    return refuse(reply, new ByocError('INTERNAL_ERROR', {}));
  });
  for (const facade of options.facades)
    app.all(`${facade.path}/*`, async (request, reply) => {
      const startedAt = Date.now();
      const response = await facade.handle(toRequest(request, reply));
      const { method, url: path } = request;
      logger.info(
        { facade: facade.name, method, path, status: response.status, ms: Date.now() - startedAt },
        'request-answered',
      );
      // A body that nobody read to its end would be taken for the next request.
      if (!request.raw.complete) reply.header('connection', 'close');
      return reply.send(response);
    });
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new ByocError('PORT_IN_USE', { host, port, use: 'the gateway' }, { cause: error });
    throw new ByocError('LISTEN_FAILED', { address: `${host}:${port}`, reason: code ?? message }, { cause: error });
  }
  const bound = app.server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  const close = async () => {
    await app.close();
  };
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`, close, [Symbol.asyncDispose]: close };
}

function refuse(reply: FastifyReply, error: ByocError) {
  return reply.code(error.status.http).send({ error: error.toJSON() });
}

/** The same request as the Fetch standard knows it; its signal is aborted when the client goes before the answer is whole. */
function toRequest(request: FastifyRequest, reply: FastifyReply): Request {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new ByocError('CALLER_GONE', { peer: request.ip }));
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const { method } = request;
  const init: RequestInit = { method, headers, signal: gone.signal };
  if (method !== 'GET' && method !== 'HEAD')
    Object.assign(init, { body: Readable.toWeb(request.raw) as ReadableStream, duplex: 'half' });
  return new Request(`http://${request.headers.host ?? 'localhost'}${request.url}`, init);
}
