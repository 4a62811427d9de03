import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import {
  type CallerFrame,
  connectOrchestrator,
  connectWorker,
  createTlsCertificate,
  type GatewayFrame,
  type JobFrame,
  type OpenJobFrame,
  type OrchestratorFrame,
  serveWorkerService,
  type WorkerService,
} from '@byoc/core/protocol';
import { afterEach, expect, it } from 'vitest';
import { contractDigest } from '../../../packages/core/src/capability/contract-digest.ts';
import { manifestSchema } from '../../../packages/core/src/manifest/manifest.ts';
import { defaultJobLimits } from '../../../packages/core/src/orchestrator/jobs/job-limits.ts';
import type { HostedPlugin, PluginHost } from '../../../packages/core/src/orchestrator/plugin-host.ts';
import { serveOrchestrator } from '../../../packages/core/src/orchestrator/serve-orchestrator.ts';
import { openStore } from '../../../packages/core/src/orchestrator/store/open-store.ts';
import { createFreeOrchestratorProvider } from '../../../packages/core/src/payment/free/index.ts';
import { verifyQuote } from '../../../packages/core/src/payment/quote/quote-signature.ts';
import { freePriceSheet } from '../../../packages/core/src/price/price-sheet.ts';
import { systemClock } from '../../../packages/core/src/primitives/clock.ts';
import { silentLogger } from '../../../packages/core/src/primitives/logger.ts';

const contract = {
  name: 'example/echo',
  version: '1.0.0',
  input: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output: { type: 'object' },
  meters: { characters: { unit: 'character', estimate: 'size(input.text)' } },
};
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const secret = new Uint8Array(16).fill(7);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Real gRPC on both sides of a real orchestrator; only the plugin host is a stand-in. */
async function setUp(options: { port?: number } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'byoc-orch-'));
  closers.push(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['jobs', 'local', 'local/inbox', 'local/outbox']) mkdirSync(join(root, name), { mode: 0o700 });
  const cancelled: string[] = [];
  const stopHandler = new Map<string, () => void>();
  const service = {
    async *runJob(frames: AsyncIterable<CallerFrame>): AsyncGenerator<readonly JobFrame[]> {
      const calls = frames[Symbol.asyncIterator]();
      const { value } = await calls.next();
      const open = value as CallerFrame & { type: 'open' };
      const { text } = JSON.parse(new TextDecoder().decode(open.inputJson)) as { text: string };
      yield [{ sequence: 1, type: 'accepted', capability: open.capability }];
      if (text === 'hang') {
        await new Promise<void>((resolve) => stopHandler.set(open.jobId, resolve));
        return;
      }
      const parts = [];
      if (text === 'file') {
        writeFileSync(join(root, 'jobs', open.jobId, 'out', 'a.txt'), 'hello file');
        parts.push({ name: 'a.txt', sizeBytes: 10, sha256: '', mediaType: 'text/plain' });
      }
      const usage = { characters: BigInt(text.length) };
      const staged = open.stagedParts.map(({ file }) => existsSync(join(root, 'jobs', open.jobId, file)));
      yield [
        { sequence: 2, type: 'usage', usage },
        { sequence: 3, type: 'result', outputJson: bytes({ text, staged }), usage, parts },
      ];
    },
    async cancelJob({ jobId }: { jobId: string }) {
      cancelled.push(jobId);
      stopHandler.get(jobId)?.();
      return { cancelled: true };
    },
    estimateUsage: async () => ({}),
  } as unknown as WorkerService;
  const address = { type: 'unix' as const, path: join(root, 'w.sock') };
  const worker = await serveWorkerService(service, { address });
  closers.push(() => worker.close());
  const connected = connectWorker(address);
  closers.push(() => connected.close());
  const gone = new AbortController();
  const plugin = {
    ...{ pluginId: 'echo', digest: 'sha256:0', imageDigest: '', phase: 'ready', reason: '', restarts: 0 },
    prices: { default: freePriceSheet, capabilities: {} },
    manifest: manifestSchema.parse({
      ...{ manifest: 1, name: 'echo', version: '1.0.0', protocol: 'byoc.worker.v1' },
      capabilities: [{ digest: contractDigest(contract), contract }],
    }),
    ...{ jobsDirectory: join(root, 'jobs'), timeToWarmMs: 1, workerState: { slotsTotal: 2, details: {} } },
    worker: { workerId: 'w1', service: connected, jobsPath: join(root, 'jobs'), gone: gone.signal },
  } as unknown as HostedPlugin;
  const pluginHost = {
    start: async () => {},
    list: () => [plugin],
    get: () => plugin,
    on: () => () => {},
  } as unknown as PluginHost;
  const { database, close } = openStore(root);
  closers.push(close);
  const signer = createLocalSigner(createPrivateKey());
  const orchestrator = await serveOrchestrator({
    ...{ host: '127.0.0.1', port: options.port ?? 0, httpPort: 0, pluginHost, database, signer },
    ...{ certificate: await createTlsCertificate(), localDirectory: join(root, 'local') },
    payment: [createFreeOrchestratorProvider()],
    limits: { ...defaultJobLimits, queueLimit: 1000 },
    ...{ labels: { region: 'eu' }, software: 'test', clock: systemClock, logger: silentLogger },
  });
  closers.push(() => orchestrator.close({ mode: 'drain', graceMs: 1000 }));
  return { orchestrator, root, cancelled, gone, signer };
}

function open(jobId: string, text: string, more: Partial<OpenJobFrame> = {}): OpenJobFrame {
  return {
    type: 'open-job',
    open: {
      ...{ type: 'open', jobId, capability: 'example/echo', inputJson: bytes({ text }), deadline: Date.now() + 60_000 },
      ...{ traceparent: '', onDisconnect: 'cancel', stagedParts: [] },
    },
    ...{ jobSecret: secret, contractDigest: '', uploads: [] },
    payment: { provider: 'free', maxCostWei: 0n, data: new Uint8Array() },
    ...more,
  };
}

async function* frames(...all: GatewayFrame[]): AsyncGenerator<GatewayFrame> {
  yield* all;
}

async function connect(port: number) {
  const connected = await connectOrchestrator({ url: `https://127.0.0.1:${port}` });
  closers.push(() => connected.close());
  return connected;
}

async function collect(stream: AsyncIterable<readonly OrchestratorFrame[]>): Promise<OrchestratorFrame[]> {
  const all: OrchestratorFrame[] = [];
  for await (const batch of stream) all.push(...batch);
  return all;
}

function http(
  port: number,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string; authorize?: boolean } = {},
) {
  const authorization =
    options.authorize === false ? {} : { authorization: `Bearer ${Buffer.from(secret).toString('base64url')}` };
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        rejectUnauthorized: false,
        headers: { ...authorization, ...options.headers },
      },
      (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    request.once('error', reject);
    request.end(options.body);
  });
}

it('runs a job over both hops and shows it in the metrics', async () => {
  const { orchestrator } = await setUp();
  const service = await connect(orchestrator.port);
  const all = await collect(service.runJob(frames(open('job_00000001', 'hi'), { type: 'end' })));
  expect(all.map(({ type }) => type)).toEqual(['accepted', 'usage', 'result']);
  const metrics = await http(orchestrator.httpPort, 'GET', '/metrics', { authorize: false });
  expect(metrics.body).toContain('byoc_jobs_ended_total{plugin="echo",outcome="succeeded",code=""} 1');
  expect((await http(orchestrator.httpPort, 'GET', '/health')).body).toBe('{"status":"ok"}');
  expect(JSON.parse((await http(orchestrator.httpPort, 'GET', '/v1/offers')).body)).toMatchObject({
    offers: [{ capability: 'example/echo@1.0.0', state: 'ready', slotsFree: 2, labels: { region: 'eu' } }],
  });
});

it('runs 1,000 jobs at once on 2 slots', async () => {
  const { orchestrator } = await setUp();
  const service = await connect(orchestrator.port);
  const jobs = Array.from({ length: 1000 }, (_, i) =>
    collect(service.runJob(frames(open(`job_${String(i).padStart(8, '0')}`, 'x'), { type: 'end' }))),
  );
  const types = (await Promise.all(jobs)).map((all) => all.at(-1)?.type);
  expect(types.filter((type) => type === 'result').length).toBe(1000);
});

it('takes an upload that resumes, checks its digest, and gives the output file back by range', async () => {
  const { orchestrator, root } = await setUp();
  const service = await connect(orchestrator.port);
  const sha256 = createHash('sha256').update('abcdef').digest('hex');
  const uploads = [{ name: 'in/a.bin', sizeBytes: 6, mediaType: '', inboxFile: '', sha256 }];
  const stream = service
    .runJob(frames(open('job_00000001', 'file', { uploads }), { type: 'end' }))
    [Symbol.asyncIterator]();
  expect((await stream.next()).value).toEqual([{ type: 'queued', position: 0, awaitedParts: ['in/a.bin'] }]);
  const put = (offset: number, body: string) =>
    http(orchestrator.httpPort, 'PUT', '/v1/jobs/job_00000001/parts/in/a.bin', {
      headers: { 'upload-offset': `${offset}` },
      body,
    });
  expect(await put(0, 'abc')).toMatchObject({ status: 202, headers: { 'upload-offset': '3' } });
  expect(await put(0, 'abc')).toMatchObject({ status: 409, headers: { 'upload-offset': '3' } });
  expect(await put(3, 'xxx')).toMatchObject({ status: 422 });
  const head = await http(orchestrator.httpPort, 'HEAD', '/v1/jobs/job_00000001/parts/in/a.bin');
  expect(head).toMatchObject({ status: 200, headers: { 'upload-offset': '0', 'upload-length': '6' } });
  expect((await http(orchestrator.httpPort, 'PUT', '/v1/jobs/job_00000001/parts/none', { body: 'x' })).status).toBe(
    404,
  );
  expect(
    (await http(orchestrator.httpPort, 'HEAD', '/v1/jobs/job_00000001/parts/in/a.bin', { authorize: false })).status,
  ).toBe(404);
  expect((await put(0, 'abcdef')).status).toBe(204);
  const rest: OrchestratorFrame[] = [];
  for (let next = await stream.next(); next.done !== true; next = await stream.next()) rest.push(...next.value);
  const result = rest.at(-1) as OrchestratorFrame & { type: 'result' };
  expect(JSON.parse(new TextDecoder().decode(result.outputJson))).toEqual({ text: 'file', staged: [true] });
  const path = '/v1/jobs/job_00000001/parts/a.txt';
  expect(await http(orchestrator.httpPort, 'GET', path)).toMatchObject({
    status: 200,
    body: 'hello file',
    headers: { 'content-type': 'text/plain' },
  });
  expect(await http(orchestrator.httpPort, 'GET', path, { headers: { range: 'bytes=6-' } })).toMatchObject({
    status: 206,
    body: 'file',
  });
  expect((await http(orchestrator.httpPort, 'GET', path, { headers: { range: 'bytes=90-' } })).status).toBe(416);
  expect(readdirSync(join(root, 'local/outbox/job_00000001'))).toEqual(['a.txt']);
  expect((await http(orchestrator.httpPort, 'DELETE', '/v1/jobs/job_00000001')).status).toBe(204);
  expect((await http(orchestrator.httpPort, 'DELETE', '/v1/jobs/job_00000001')).status).toBe(204);
  expect(readdirSync(join(root, 'local/outbox'))).toEqual([]);
});

it('takes a part from the inbox and refuses a file of another size', async () => {
  const { orchestrator, root } = await setUp();
  const service = await connect(orchestrator.port);
  const inboxFile = '0123456789abcdef'.repeat(2);
  writeFileSync(join(root, 'local/inbox', inboxFile), 'abc');
  chmodSync(join(root, 'local/inbox', inboxFile), 0o600);
  const part = { name: 'a', sizeBytes: 3, mediaType: '', inboxFile, sha256: '' };
  const all = await collect(service.runJob(frames(open('job_00000001', 'x', { uploads: [part] }), { type: 'end' })));
  expect(all.at(-1)?.type).toBe('result');
  writeFileSync(join(root, 'local/inbox', inboxFile), 'abcd');
  const refused = await collect(
    service.runJob(frames(open('job_00000002', 'x', { uploads: [part] }), { type: 'end' })),
  );
  expect(refused.at(-1)).toMatchObject({ type: 'error', error: { code: 'INBOX_FILE_INVALID' } });
});

it('cancels the handler when the caller goes midway, and leaves nothing', async () => {
  const { orchestrator, cancelled, root } = await setUp();
  const service = await connect(orchestrator.port);
  const call = new AbortController();
  const stream = service.runJob(frames(open('job_00000001', 'hang')), { signal: call.signal })[Symbol.asyncIterator]();
  await stream.next();
  const { session } = orchestrator.jobs.find('job_00000001', secret);
  call.abort();
  expect(await session?.ended).toMatchObject({ state: 'cancelled' });
  expect(cancelled).toEqual(['job_00000001']);
  await orchestrator.close({ mode: 'drain', graceMs: 1000 });
  expect(readdirSync(join(root, 'jobs'))).toEqual([]);
});

it('quotes from the contract alone, and signs that', async () => {
  const { orchestrator, signer } = await setUp();
  const service = await connect(orchestrator.port);
  const request = {
    capability: 'example/echo',
    inputJson: bytes({ text: 'four' }),
    paymentProvider: 'free',
    payer: '',
  };
  const quote = verifyQuote(await service.getQuote(request), { orchestrator: signer.address, now: Date.now() });
  expect(quote).toMatchObject({ usage: { characters: 4n }, maxCostWei: 0n });
});

it('names the port that is in use', async () => {
  const { orchestrator } = await setUp();
  await expect(setUp({ port: orchestrator.port })).rejects.toMatchObject({
    code: 'PORT_IN_USE',
    facts: { port: orchestrator.port },
  });
});
