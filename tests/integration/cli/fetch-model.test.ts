import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchModel } from '../../../packages/cli/src/models/fetch-model.ts';
import { locateModel } from '../../../packages/cli/src/models/locate-model.ts';

const bytes = randomBytes(200_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const ranges: (string | undefined)[] = [];
let breakAfter = Number.POSITIVE_INFINITY;
let cacheDirectory: string;
let base: string;

const server = createServer((request, response) => {
  ranges.push(request.headers.range);
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from === 0 ? 200 : 206, { 'content-length': bytes.length - from });
  if (breakAfter > bytes.length) return void response.end(bytes.subarray(from));
  response.write(bytes.subarray(from, breakAfter), () => response.destroy());
});

beforeAll(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'byoc-models-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  await rm(cacheDirectory, { recursive: true, force: true });
});

const get = (text: string) => {
  const signal = new AbortController().signal;
  const location = locateModel(text, { cacheDirectory });
  return fetchModel(location, { signal, onProgress() {} });
};

it('fetches a model once, and goes on where it broke off', async () => {
  breakAfter = 100_000;
  await expect(get(`${base}/a.gguf#sha256=${sha256}`)).rejects.toMatchObject({ code: 'MODEL_FETCH_FAILED' });
  breakAfter = Number.POSITIVE_INFINITY;
  const path = await get(`${base}/a.gguf#sha256=${sha256}`);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  expect(await get(`${base}/a.gguf`)).toBe(path);
  expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

it('keeps nothing that has another digest', async () => {
  const wrong = get(`${base}/b.gguf#sha256=${'0'.repeat(64)}`);
  await expect(wrong).rejects.toThrow(`its SHA-256 is ${sha256}`);
  const { path } = locateModel(`${base}/b.gguf`, { cacheDirectory });
  expect(await readdir(dirname(path))).toEqual([]);
});

it('reads addresses of the hub, and refuses what is none', () => {
  expect(locateModel('hf://Qwen/Qwen3-8B-GGUF/q.gguf', { cacheDirectory })).toMatchObject({
    url: 'https://huggingface.co/Qwen/Qwen3-8B-GGUF/resolve/main/q.gguf',
  });
  expect(() => locateModel('model.bin')).toThrow('it is no GGUF file');
  expect(() => locateModel('http://models.example/m.gguf')).toThrow('by https or hf only');
  expect(() => locateModel('https://models.example/m.gguf#sha256=1')).toThrow('64 digits');
});
