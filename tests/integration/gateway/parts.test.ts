import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bytesBlob,
  createGateway,
  fileBlob,
  type GatewayOptions,
  staticSource,
  streamBlob,
  uriBlob,
} from '@byoc/core/gateway';
import { connectOrchestrator, type OutputPart } from '@byoc/core/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveDirectory } from '../../support/serve-directory.ts';
import { breakableProxy } from './breakable-proxy.ts';
import { parts } from './parts-plugin.ts';
import { type StartedOrchestrator, startOrchestrator } from './start-orchestrator.ts';

const large = 12 * 1024 * 1024;
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

let folder: string;
let host: StartedOrchestrator;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'byoc-parts-'));
  host = await startOrchestrator();
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function gatewayOf(options: Partial<GatewayOptions> = {}) {
  return createGateway({ sources: [staticSource([host.url])], ...options });
}

/** Changes what the orchestrator says about itself. */
function told(changes: { httpPort?: number; localDirectory?: string }): NonNullable<GatewayOptions['connect']> {
  return async (options) => {
    const connected = await connectOrchestrator(options);
    return { ...connected, info: { ...connected.info, ...changes } };
  };
}

/** As if the orchestrator were on another host: only HTTPS is left. */
const remote = (httpPort?: number) => told({ localDirectory: '', ...(httpPort === undefined ? {} : { httpPort }) });

function largeFile(): { path: string; data: Buffer } {
  const path = join(folder, 'in.bin');
  const data = Buffer.alloc(large, 'some bytes that repeat');
  writeFileSync(path, data);
  return { path, data };
}

/** What is left of jobs where gateways on this host look. */
const left = () => [...readdirSync(join(host.root, 'local/inbox')), ...readdirSync(join(host.root, 'local/outbox'))];

describe.each([
  ['over HTTPS', { remote: true }],
  ['over the directory of the same host', { remote: false }],
])('a gateway, %s', (_, way) => {
  const options = () => (way.remote ? { connect: remote() } : {});

  it('uploads a large file, downloads the output, and lets the orchestrator forget the job', async () => {
    const { path, data } = largeFile();
    await using proxy = await breakableProxy(host.orchestrator.httpPort);
    const gateway = gatewayOf({ connect: way.remote ? remote(proxy.port) : told({ httpPort: proxy.port }) });
    const job = gateway.run(parts, {
      source: fileBlob(path),
      files: { 'hls/a.ts': large, 'hls/b/c.ts': 10, 'empty.txt': 0 },
    });
    const result = await job.result;
    expect(result.output).toMatchObject({ bytes: large, sha256: sha256(data) });
    expect(result.usage).toMatchObject({ bytes: BigInt(large) });
    const out = join(folder, 'out');
    await result.download(out);
    expect(readdirSync(out, { recursive: true }).sort()).toEqual([
      'empty.txt',
      'hls',
      'hls/a.ts',
      'hls/b',
      'hls/b/c.ts',
    ]);
    expect(statSync(join(out, 'hls/a.ts')).size).toBe(large);
    expect(readFileSync(join(out, 'hls/b/c.ts'), 'utf8')).toBe('aaaaaaaaaa');
    await gateway.close();
    expect(Math.round(proxy.bytes / large)).toBe(way.remote ? 2 : 0);
    expect(left()).toEqual([]);
    expect(readdirSync(join(host.root, 'jobs'))).toEqual([]);
  });

  it('keeps what is there unless it may replace it, and leaves no half file', async () => {
    await using gateway = gatewayOf(options());
    const result = await gateway.run(parts, { files: { 'a.txt': 3, 'b.txt': 4 } }).result;
    writeFileSync(join(folder, 'b.txt'), 'mine');
    await expect(result.download(folder)).rejects.toMatchObject({ code: 'DOWNLOAD_TARGET_EXISTS' });
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('mine');
    expect(readdirSync(folder).filter((name) => name.startsWith('.byoc-'))).toEqual([]);
    await result.download(folder, { replace: true });
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('aaaa');
  });

  it('writes one part to a path', async () => {
    await using gateway = gatewayOf(options());
    const result = await gateway.run(parts, { files: { 'a.txt': 3, 'b.txt': 4 } }).result;
    await result.file('a.txt', join(folder, 'deep/er/one.txt'));
    expect(readFileSync(join(folder, 'deep/er/one.txt'), 'utf8')).toBe('aaa');
    await expect(result.file('c.txt', join(folder, 'c.txt'))).rejects.toMatchObject({ code: 'PART_NOT_FOUND' });
    expect(existsSync(join(folder, 'c.txt'))).toBe(false);
  });
});

describe('an address as input', () => {
  it('is fetched by the orchestrator and read as any other part', async () => {
    const { data } = largeFile();
    const web = await serveDirectory(folder);
    await using open = await startOrchestrator({ limits: { allowPrivateAddresses: true } });
    await using gateway = createGateway({ sources: [staticSource([open.url])] });
    const { output } = await gateway.run(parts, { source: uriBlob(`${web.url}/in.bin`) }).result;
    expect(output).toMatchObject({ bytes: large, sha256: sha256(data) });
    expect(web.requested).toEqual(['/in.bin']);
    const missing = await gateway.run(parts, { source: uriBlob(`${web.url}/none.bin`) }).result.catch((e) => e);
    expect(missing).toMatchObject({ code: 'URI_FETCH_FAILED', charged: { amountWei: '0' } });
    await web.close();
    await gateway.close();
    await open.orchestrator.close({ mode: 'drain', graceMs: 1000 });
    expect(readdirSync(join(open.root, 'jobs'))).toEqual([]);
  });

  it('is not fetched from a private network unless the operator allows it', async () => {
    largeFile();
    const web = await serveDirectory(folder);
    await using gateway = gatewayOf();
    const error = await gateway.run(parts, { source: uriBlob(`${web.url}/in.bin`) }).result.catch((e) => e);
    expect(error).toMatchObject({ code: 'URI_ADDRESS_REFUSED', charged: { amountWei: '0' } });
    expect(web.requested).toEqual([]);
    await web.close();
  });
});

describe('a gateway', () => {
  it('goes on with an upload where it broke', async () => {
    const { path, data } = largeFile();
    await using proxy = await breakableProxy(host.orchestrator.httpPort);
    await using gateway = gatewayOf({ connect: remote(proxy.port) });
    proxy.breakAfter(5_000_000);
    const { output } = await gateway.run(parts, { source: fileBlob(path) }).result;
    expect(output.sha256).toBe(sha256(data));
  });

  it('states the digest of an upload, and refuses a download with another one', async () => {
    const { path, data } = largeFile();
    const stated: string[] = [];
    const connect: GatewayOptions['connect'] = async (options) => {
      const connected = await remote()(options);
      return {
        ...connected,
        async *runJob(frames, call) {
          const seen = (async function* () {
            for await (const frame of frames) {
              if (frame.type === 'open-job') stated.push(...frame.uploads.map((upload) => upload.sha256));
              yield frame;
            }
          })();
          const wrong = (part: OutputPart) => ({ ...part, sha256: '0'.repeat(64) });
          for await (const batch of connected.runJob(seen, call))
            yield batch.map((frame) => (frame.type === 'result' ? { ...frame, parts: frame.parts.map(wrong) } : frame));
        },
      };
    };
    await using gateway = gatewayOf({ connect });
    const result = await gateway.run(parts, { source: fileBlob(path), files: { 'a.txt': 3 } }).result;
    expect(stated).toEqual([sha256(data)]);
    const error = await result.download(join(folder, 'out')).catch((e) => e);
    expect(error.shortMessage).toContain('its SHA-256 is not the one stated');
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });

  it('says that an output that was forgotten is gone, and writes nothing', async () => {
    await using gateway = gatewayOf({ connect: remote() });
    const job = gateway.run(parts, { files: { 'a.txt': 3 } });
    const result = await job.result;
    await job.close();
    await expect(result.download(join(folder, 'out'))).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
  });

  it('sends small files, bytes and streams in frames', async () => {
    await using gateway = gatewayOf();
    const path = join(folder, 'small.bin');
    writeFileSync(path, 'small');
    const pieces = async function* () {
      for (let at = 0; at < 40; at += 1) yield Buffer.alloc(100_000, at);
    };
    const small = await gateway.run(parts, { source: fileBlob(path) }).result;
    const bytes = await gateway.run(parts, { source: bytesBlob(Buffer.alloc(3_000_000)) }).result;
    const streamed = await gateway.run(parts, { source: streamBlob(pieces()) }).result;
    const figures = [small, bytes, streamed].map(({ output }) => output.bytes);
    expect(figures).toEqual([5, 3_000_000, 4_000_000]);
    expect(small.output.sha256).toBe(sha256(Buffer.from('small')));
  });

  it('sends a very large file with little memory', async () => {
    const path = join(folder, 'huge.bin');
    writeFileSync(path, '');
    truncateSync(path, 320 * 1024 ** 2);
    await using gateway = gatewayOf({ connect: remote() });
    const job = gateway.run(parts, { source: fileBlob(path) });
    let most = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 50);
    const { output } = await job.result.finally(() => clearInterval(watch));
    expect(output.bytes).toBe(320 * 1024 ** 2);
    expect(most).toBeLessThan(200 * 1024 ** 2);
  });
});
