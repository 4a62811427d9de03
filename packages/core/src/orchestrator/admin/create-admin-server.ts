import { chmod, rm } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { z } from 'zod';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { Books } from '../books/create-books.ts';
import type { CreditBook } from '../payment/credit-book.ts';
import type { PluginHost } from '../plugin-host.ts';
import { translateStoreError } from '../store/translate-store-error.ts';
import {
  type AdminStatus,
  creditRequestSchema,
  earningsQuerySchema,
  graceRequestSchema,
  installRequestSchema,
  type JobView,
  logsQuerySchema,
  priceRequestSchema,
  viewPlugin,
} from './admin-views.ts';

/** What the admin API shows and does. */
export interface AdminServerOptions {
  readonly socketPath: string;
  readonly host: PluginHost;
  readonly status: () => AdminStatus;
  readonly listJobs: () => readonly JobView[];
  readonly credit: CreditBook;
  readonly books: Books;
  /** Asks the orchestrator to end; answers before it does. */
  readonly stop: (graceMs: number) => void;
  readonly logger: Logger;
}

/**
 * Serves the admin API on a Unix socket that only this user can open. Whoever can open it may do everything: there is no
 * other authentication, and none of it is reachable over a network.
 */
export async function createAdminServer(options: AdminServerOptions): Promise<{ close(): Promise<void> }> {
  const { host, logger, socketPath } = options;
  const server = fastify({ logger: false, forceCloseConnections: true });

  server.setErrorHandler((error, _request, reply) => {
    const known = toKnown(error, logger);
    return reply.code(known.status.http).send({ error: known });
  });

  server.setNotFoundHandler((request, reply) => {
    const error = new ByocError('ADMIN_REQUEST_INVALID', { reason: `there is no ${request.method} ${request.url}` });
    return reply.code(404).send({ error });
  });

  server.get('/v1/status', async () => options.status());
  server.get('/v1/jobs', async () => options.listJobs());
  server.get('/v1/plugins', async () => host.list().map(viewPlugin));
  server.get('/v1/plugins/:id', async (request) => viewPlugin(find(host, request)));
  server.post('/v1/plugins/:id/start', async (request) =>
    viewPlugin(await host.startPlugin(find(host, request).pluginId)),
  );
  server.post('/v1/plugins/:id/remove', async (request) => {
    const { graceMs } = read(graceRequestSchema, request.body);
    await host.remove(find(host, request).pluginId, { graceMs });
    return {};
  });
  server.post('/v1/plugins/:id/price', async (request) => {
    const change = read(priceRequestSchema, request.body);
    return viewPlugin(host.setPrice(find(host, request).pluginId, change));
  });
  server.get('/v1/credit', async () => options.credit.list());
  server.post('/v1/credit', async (request) => options.credit.change(read(creditRequestSchema, request.body)));
  server.get('/v1/earnings', async (request) => options.books.earnings(read(earningsQuerySchema, request.query)));
  server.get('/v1/receipts', (_request, reply) => {
    async function* lines() {
      try {
        for await (const receipt of options.books.receipts()) yield `${JSON.stringify({ receipt })}\n`;
      } catch (error) {
        yield `${JSON.stringify({ error: toKnown(error, logger) })}\n`;
      }
    }
    return reply.type('application/x-ndjson').send(Readable.from(lines()));
  });
  server.post('/v1/stop', async (request) => {
    options.stop(read(graceRequestSchema, request.body).graceMs);
    return {};
  });

  server.post('/v1/plugins', (request, reply) => {
    const { source, price, environment, models, resources } = read(installRequestSchema, request.body);
    const gone = abortedWhenGone(reply);
    const lines = streamLines(reply);
    host
      .install(source, {
        ...(price ? { price } : {}),
        ...(environment ? { environment } : {}),
        ...(models ? { models } : {}),
        ...(resources ? { resources } : {}),
        signal: gone,
        onProgress: (progress) => lines.write({ progress }),
      })
      .then(
        (plugin) => lines.end({ plugin: viewPlugin(plugin) }),
        (error: unknown) => lines.end({ error: toKnown(error, logger) }),
      );
    return reply;
  });

  server.get('/v1/plugins/:id/logs', async (request, reply) => {
    const { tail, follow } = read(logsQuerySchema, request.query);
    const { pluginId } = find(host, request);
    const gone = abortedWhenGone(reply);
    const earlier = await host.logs(pluginId, { tail });
    // Pulled, so that a slow reader slows the log and not fills the memory.
    async function* lines() {
      try {
        for (const line of earlier) yield `${JSON.stringify({ line })}\n`;
        if (!follow) return;
        for await (const line of host.followLogs(pluginId, { signal: gone })) yield `${JSON.stringify({ line })}\n`;
      } catch (error) {
        if (!gone.aborted) yield `${JSON.stringify({ error: toKnown(error, logger) })}\n`;
      }
    }
    return reply.type('application/x-ndjson').send(Readable.from(lines()));
  });

  try {
    await rm(socketPath, { force: true });
    await server.listen({ path: socketPath });
    await chmod(socketPath, 0o600);
  } catch (error) {
    await server.close();
    throw translateStoreError(error, socketPath);
  }
  return { close: () => server.close() };
}

function find(host: PluginHost, request: FastifyRequest) {
  const { id } = request.params as { id: string };
  const found = host.get(id);
  if (found) return found;
  throw new ByocError('PLUGIN_NOT_FOUND', { plugin: id, installed: host.list().map(({ pluginId }) => pluginId) });
}

function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new ByocError('ADMIN_REQUEST_INVALID', { reason });
}

function toKnown(error: unknown, logger: Logger): ByocError {
  if (isByocError(error)) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500)
    return new ByocError('ADMIN_REQUEST_INVALID', { reason: message ?? 'it is malformed' });
  logger.error({ err: error }, 'admin-request-failed');
  return new ByocError('INTERNAL_ERROR', {}, { cause: error });
}

function abortedWhenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new ByocError('CALLER_GONE', { peer: 'the admin client' }));
  });
  return gone.signal;
}

/** Sends JSON lines as they come. */
function streamLines(reply: FastifyReply): { write(value: unknown): void; end(value?: unknown): void } {
  const body = new PassThrough();
  void reply.type('application/x-ndjson').send(body);
  const write = (value: unknown) => void body.write(`${JSON.stringify(value)}\n`);
  return {
    write,
    end(value) {
      if (value !== undefined) write(value);
      body.end();
    },
  };
}
