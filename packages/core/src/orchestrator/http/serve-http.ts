import { dirname } from 'node:path';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { ByocError } from '../../errors/byoc-error.ts';
import type { Logger } from '../../primitives/logger.ts';
import { isPartName } from '../../primitives/part-name.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import type { Jobs } from '../jobs/create-jobs.ts';
import { openOutputFile } from '../jobs/job-directory.ts';
import type { OfferBoard } from '../offers/create-offer-board.ts';
import type { Metrics } from './create-metrics.ts';
import { parseRange } from './parse-range.ts';

/** The HTTPS side: parts, health, metrics, offers. docs/spec/gateway-protocol.md, section 2. */
export interface HttpSide {
  readonly port: number;
  close(): Promise<void>;
}

export interface HttpSideOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly address: string;
  readonly jobs: Jobs;
  readonly offers: OfferBoard;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Why no jobs are taken; empty while they are. */
  health(): string;
}

/** Serves the HTTPS side. @throws the errno error of listening */
export async function serveHttp(options: HttpSideOptions): Promise<HttpSide> {
  const { certificatePem, privateKeyPem } = options.tls;
  const app = fastify({
    https: { cert: certificatePem, key: privateKeyPem },
    forceCloseConnections: true,
    requestTimeout: 0,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1000 },
  }) as unknown as FastifyInstance;
  // Bodies are streamed by the routes, never collected.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, _request, reply) => {
    const status = (error as { statusCode?: number }).statusCode;
    const known = toByocError(error);
    if (known.code === 'INTERNAL_ERROR') {
      if (status !== undefined && status < 500)
        return reply.code(status).send({ error: { message: (error as Error).message } });
      options.logger.error({ err: error }, 'request-failed');
    }
    if (known.code === 'UPLOAD_OFFSET_MISMATCH')
      reply.header('upload-offset', (known as ByocError<'UPLOAD_OFFSET_MISMATCH'>).facts.expected);
    return reply.code(known.status.http).send({ error: known.toJSON() });
  });
  addPeopleRoutes(app, options);
  addUploadRoutes(app, options);
  addDownloadRoutes(app, options);
  await app.listen({ host: options.host, port: options.port });
  const bound = app.server.address();
  return { port: typeof bound === 'object' && bound !== null ? bound.port : options.port, close: () => app.close() };
}

function addPeopleRoutes(app: FastifyInstance, { address, offers, metrics, health }: HttpSideOptions): void {
  app.get('/health', async (_request, reply) => {
    const reason = health();
    return reason === '' ? { status: 'ok' } : reply.code(503).send({ status: 'unavailable', reason });
  });
  app.get('/v1/offers', async () => ({ address, offers: offers.list('') }));
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
}

interface PartRoute {
  Params: { job: string; '*': string };
}

function addUploadRoutes(app: FastifyInstance, { jobs, metrics }: HttpSideOptions): void {
  const uploadsOf = (request: FastifyRequest<PartRoute>) => {
    const { jobId, part } = readPart(request);
    const { session } = jobs.find(jobId, readSecret(request, jobId));
    if (session === undefined) throw new ByocError('PART_NOT_FOUND', { jobId, part });
    return { uploads: session.uploads, part, jobId };
  };
  app.head<PartRoute>('/v1/jobs/:job/parts/*', async (request, reply) => {
    const { uploads, part } = uploadsOf(request);
    const { receivedBytes, sizeBytes } = uploads.progress(part);
    return reply.headers({ 'upload-offset': receivedBytes, 'upload-length': sizeBytes }).send();
  });
  app.put<PartRoute>('/v1/jobs/:job/parts/*', async (request, reply) => {
    const { uploads, part, jobId } = uploadsOf(request);
    const header = request.headers['upload-offset'] ?? '0';
    const offset = /^\d{1,15}$/.test(String(header)) ? Number(header) : -1;
    if (offset < 0)
      throw new ByocError('JOB_OPEN_INVALID', {
        jobId,
        field: 'upload-offset',
        reason: 'must be a whole number of bytes',
      });
    const before = uploads.progress(part).receivedBytes;
    try {
      const whole = await uploads.receive(part, offset, request.raw);
      if (whole) return reply.code(204).send();
      return reply.code(202).header('upload-offset', uploads.progress(part).receivedBytes).send();
    } finally {
      metrics.bytes('in', Math.max(0, uploads.progress(part).receivedBytes - before));
      // What is left of a body that was refused is let through, so that the answer can be read.
      request.raw.resume();
    }
  });
  app.delete<{ Params: { job: string } }>('/v1/jobs/:job', async (request, reply) => {
    const { job: jobId } = request.params;
    const { session } = jobs.find(jobId, readSecret(request, jobId));
    if (session !== undefined && !['succeeded', 'failed', 'cancelled'].includes(session.state))
      throw new ByocError('JOB_RUNNING', { jobId });
    await jobs.removeFiles(jobId);
    return reply.code(204).send();
  });
}

function addDownloadRoutes(app: FastifyInstance, { jobs, metrics }: HttpSideOptions): void {
  app.get<PartRoute>('/v1/jobs/:job/parts/*', async (request, reply) => {
    const { jobId, part } = readPart(request);
    const { session, end: ended } = jobs.find(jobId, readSecret(request, jobId));
    const end = ended ?? (session?.state === 'succeeded' ? await session.ended : undefined);
    const known = end?.parts.find(({ name }) => name === part);
    if (known === undefined || !jobs.keepsFiles(jobId)) throw new ByocError('PART_NOT_FOUND', { jobId, part });
    const outputs = jobs.outputDirectory(jobId);
    const { file, sizeBytes } = await openOutputFile(outputs, part, { jobId, trusted: dirname(outputs) });
    const range = parseRange(request.headers.range, sizeBytes);
    if (range === 'invalid') {
      await file.close();
      reply.header('content-range', `bytes */${sizeBytes}`);
      throw new ByocError('PART_RANGE_INVALID', { jobId, part, range: request.headers.range ?? '', sizeBytes });
    }
    const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
    reply.header('accept-ranges', 'bytes').header('content-length', last - first + 1);
    reply.type(known.mediaType === '' ? 'application/octet-stream' : known.mediaType);
    if (known.sha256 !== '') reply.header('etag', `"${known.sha256}"`);
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${first}-${last}/${sizeBytes}`);
    if (sizeBytes === 0) {
      await file.close();
      return reply.send('');
    }
    metrics.bytes('out', last - first + 1);
    return reply.send(file.createReadStream({ start: first, end: last, highWaterMark: 256 * 1024 }));
  });
}

/** fastify has percent-decoded the parameters once. */
function readPart(request: FastifyRequest<PartRoute>): { jobId: string; part: string } {
  const { job: jobId, '*': part } = request.params;
  if (!isPartName(part)) throw new ByocError('PART_NOT_FOUND', { jobId, part: part.slice(0, 200) });
  return { jobId, part };
}

function readSecret(request: FastifyRequest, jobId: string): Uint8Array {
  const match = /^Bearer ([A-Za-z0-9_-]+)$/.exec(request.headers.authorization ?? '');
  if (match === null) throw new ByocError('JOB_NOT_FOUND', { jobId: jobId.slice(0, 64) });
  return Buffer.from(match[1] as string, 'base64url');
}
