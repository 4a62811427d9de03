import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, type ModelSpec, systemClock } from '@byoc/core';
import { createModelStore, type ModelStore, type ModelStoreOptions } from '@byoc/core/orchestrator';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { COMMIT, type Hub, startHub } from '../../support/start-hub.ts';

const weights = randomBytes(400_000);
const sha256 = createHash('sha256').update(weights).digest('hex');
const half = 200_000;
const model: ModelSpec = { name: 'small', uri: 'hf://acme/small/small.gguf' };

let hub: Hub;
let directory: string;
let store: ModelStore;
let pauses: number[];
/** Time does not pass; what is waited for is written down. */
const hasty: Clock = {
  now: systemClock.now,
  async sleep(delayMs) {
    pauses.push(delayMs);
    await new Promise((done) => setImmediate(done));
  },
};
const open = (options: Partial<ModelStoreOptions> = {}) =>
  createModelStore({ directory, hub: { endpoint: hub.endpoint, token: undefined }, clock: hasty, ...options });
const asked = () => hub.requests.map(({ at, range }) => (range === undefined ? at : `${at} ${range}`));
/** A store of files that sends `bytes` of the right answer and then breaks the connection. */
const breakAfter = (bytes: number, etag = `"${sha256}"`): Hub['faults'][number] => {
  return (_request, response, content) => {
    response.writeHead(200, { 'content-length': content.length, ...(etag === '' ? {} : { etag }) });
    response.write(content.subarray(0, bytes), () => response.destroy());
    return true;
  };
};
const answer =
  (status: number, headers: Record<string, string> = {}): Hub['faults'][number] =>
  (_request, response) => {
    response.writeHead(status, headers).end('sorry');
    return true;
  };

beforeAll(async () => {
  hub = await startHub();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'byoc-models-'));
  hub.repositories.clear();
  hub.repositories.set('acme/small', new Map([['small.gguf', weights]]));
  hub.gated.clear();
  hub.lie = undefined;
  hub.requests.length = hub.faults.length = 0;
  pauses = [];
  store = open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});
afterAll(() => hub[Symbol.asyncDispose]());

it('fetches a model once, checked and read-only, and needs no network after that', async () => {
  const messages: (string | undefined)[] = [];
  const first = await store.fetch(model, { onProgress: ({ message }) => messages.push(message) });
  const file = join(first.path, 'small.gguf');
  expect(first).toMatchObject({ name: 'small', type: 'folder', digest: expect.stringMatching(/^sha256:/) });
  expect((await readFile(file)).equals(weights)).toBe(true);
  expect((await stat(file)).mode & 0o222).toBe(0);
  expect(messages.at(-1)).toBe('small: 0.4 MB of 0.4 MB');
  expect(asked()).toEqual(['hub', 'hub', 'store']);
  await using elsewhere = asyncClosing(open({ hub: { endpoint: 'http://127.0.0.1:1', token: undefined } }));
  expect(await elsewhere.store.fetch({ ...model, name: 'other-name' })).toEqual({ ...first, name: 'other-name' });
  expect(await readdir(join(directory, 'partial'))).toEqual([]);
});

it('fetches a repository, what a pattern takes of it, and has what models share once', async () => {
  const config = Buffer.from('{"layers": 2}');
  const files = {
    'config.json': config,
    'unet/model.onnx': weights,
    'unet/big.safetensors': weights,
    '.gitattributes': config,
  };
  hub.repositories.set('acme/pictures', new Map(Object.entries(files)));
  const small = await store.fetch(model);
  const { path } = await store.fetch({ name: 'pictures', uri: 'hf://acme/pictures@v1', include: ['*.json', '*.onnx'] });
  expect((await readdir(path, { recursive: true })).toSorted()).toEqual(['config.json', 'unet', 'unet/model.onnx']);
  const inode = async (file: string) => (await lstat(file)).ino;
  expect(await inode(join(path, 'unet/model.onnx'))).toBe(await inode(join(small.path, 'small.gguf')));
  const paths = hub.requests.map(({ at, path: asked }) => `${at} ${asked}`);
  // The weights came once, and all of it from the commit that the revision meant.
  expect(paths.filter((one) => one.startsWith('store'))).toHaveLength(2);
  expect(paths).toContain('hub /api/models/acme/pictures/revision/v1?blobs=true');
  expect(paths).toContain(`hub /acme/pictures/resolve/${COMMIT}/config.json`);
});

it('takes every piece of a model that is cut in pieces', async () => {
  const pieces = ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf', 'b-00001-of-00002.gguf'];
  hub.repositories.set('acme/large', new Map(pieces.map((piece) => [`q4/${piece}`, Buffer.from(piece)])));
  const { path } = await store.fetch({ name: 'large', uri: 'hf://acme/large/q4/a-00001-of-00002.gguf' });
  expect((await readdir(path)).toSorted()).toEqual(pieces.slice(0, 2));
});

it('goes on where a transfer broke off, in the same fetch and in a later one', async () => {
  hub.faults.push(breakAfter(half));
  await store.fetch(model);
  expect(asked().slice(2)).toEqual(['store', 'hub bytes=200000-', 'store bytes=200000-']);
  expect(pauses).toEqual([1000]);

  hub.repositories.set('acme/next', new Map([['next.gguf', randomBytes(300_000)]]));
  hub.requests.length = 0;
  const stopped = new AbortController();
  hub.faults.push((_request, response, content) => {
    response.writeHead(200, { 'content-length': content.length, etag: '"e"' });
    response.write(content.subarray(0, half));
    return true;
  });
  const next: ModelSpec = { name: 'next', uri: 'hf://acme/next/next.gguf' };
  const given = store.fetch(next, { signal: stopped.signal, onProgress: () => stopped.abort(new Error('enough')) });
  await expect(given).rejects.toThrow('enough');
  await using later = asyncClosing(open());
  await later.store.fetch(next);
  expect(asked().at(-1)).toMatch(/^store bytes=[1-9]\d*-$/);
});

it('begins anew when the file has changed meanwhile, and never glues two versions', async () => {
  const uri = `${hub.store}/acme/small/small.gguf`;
  hub.faults.push(breakAfter(half, '"of-an-older-version"'));
  const { path } = await store.fetch({ name: 'web', uri });
  expect((await readFile(join(path, 'small.gguf'))).equals(weights)).toBe(true);
  expect(asked()).toEqual(['store', 'store bytes=200000-']);
  // A server that names no version is not asked for the rest.
  hub.requests.length = 0;
  hub.faults.push(breakAfter(half, ''));
  await store.fetch({ name: 'unnamed', uri: `${uri}?again` });
  expect(asked()).toEqual(['store', 'store']);
});

it('refuses another digest or size than was named, and keeps nothing of it', async () => {
  const zeros = '0'.repeat(64);
  const web = `${hub.store}/acme/small/small.gguf`;
  const wrong = { code: 'MODEL_CONTENT_WRONG' };
  await expect(store.fetch({ name: 'web', uri: web, sha256: zeros })).rejects.toThrow(
    `SHA-256 ${sha256}, not SHA-256 ${zeros}`,
  );
  await expect(store.fetch({ ...model, sha256: zeros })).rejects.toMatchObject(wrong);
  await expect(store.fetch({ name: 'web', uri: web, sizeBytes: 5 })).rejects.toThrow('400000 bytes, not 5 bytes');
  hub.lie = (siblings) => siblings.map((one) => ({ ...one, size: 399_999, lfs: undefined }));
  await expect(store.fetch(model)).rejects.toMatchObject(wrong);
  // A server that says nothing of the length, and sends without end.
  hub.faults.push((_request, response, content) => {
    response.writeHead(200).end(content);
    return true;
  });
  await expect(store.fetch(model)).rejects.toThrow('more came, not 399999 bytes');
  const left = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  expect(left.filter(({ name }) => !/^(lock\.sqlite|pid)$/.test(name))).toEqual([]);
});

it('refuses a small file that is not the one of the commit, though it is as long', async () => {
  const config = Buffer.from('{"layers": 2}');
  hub.repositories.set('acme/configs', new Map([['config.json', config]]));
  const configs: ModelSpec = { name: 'configs', uri: 'hf://acme/configs' };
  hub.faults.push((_request, response) => {
    response.writeHead(200, { 'content-length': config.length }).end('{"layers": 9}');
    return true;
  });
  await expect(store.fetch(configs)).rejects.toMatchObject({
    code: 'MODEL_CONTENT_WRONG',
    // `printf '{"layers": 2}' | git hash-object --stdin`
    facts: {
      file: 'config.json',
      expected: 'git blob 56ba9283acfa5b9d205a78bef5e1cc2b1b00c022',
      actual: 'git blob eaebdb5140192bc01d3be0d52cfc958430b69390',
    },
  });
  const { path } = await store.fetch(configs);
  expect((await readFile(join(path, 'config.json'))).equals(config)).toBe(true);
});

it('tries again where that may help, and no longer than it does', async () => {
  hub.faults.push(answer(429, { 'retry-after': '7' }), answer(500), answer(503), breakAfter(half), answer(502));
  await store.fetch(model);
  expect(pauses).toEqual([7000, 2000, 4000, 1000, 2000]);
  hub.faults.push(...Array.from({ length: 5 }, () => answer(500)));
  const failing = store.fetch({ name: 'web', uri: `${hub.store}/acme/small/small.gguf` });
  await expect(failing).rejects.toMatchObject({ code: 'MODEL_FETCH_FAILED', recovery: 'retry-same' });
});

it('says what to do about a model that is gated, missing or out of reach', async () => {
  hub.gated.set('acme/small', 'hf_right');
  await expect(store.fetch(model)).rejects.toMatchObject({
    code: 'MODEL_FORBIDDEN',
    hint: expect.stringContaining('set HF_TOKEN'),
  });
  await expect(store.fetch({ name: 'none', uri: 'hf://acme/none/none.gguf' })).rejects.toMatchObject({
    code: 'MODEL_FORBIDDEN',
  });
  const away = `${hub.store}/acme/small/away.gguf`;
  for (const uri of ['hf://acme/small/away.gguf', away, 'file:/no/such/file.gguf']) {
    hub.gated.clear();
    await expect(store.fetch({ name: 'away', uri })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  }
  const offline = store.fetch({ name: 'offline', uri: 'http://127.0.0.1:1/a.gguf' });
  await expect(offline).rejects.toMatchObject({ code: 'MODEL_HOST_UNREACHABLE', facts: { reason: 'ECONNREFUSED' } });
  expect(pauses).toEqual([]);
});

it('shows the token to the hub, and to nobody that it redirects to', async () => {
  hub.gated.set('acme/small', 'hf_right');
  await using trusted = asyncClosing(open({ hub: { endpoint: hub.endpoint, token: 'hf_right' } }));
  await trusted.store.fetch(model);
  expect(hub.requests.map(({ at, authorization }) => [at, authorization])).toEqual([
    ['hub', 'Bearer hf_right'],
    ['hub', 'Bearer hf_right'],
    ['store', undefined],
  ]);
});

it('refuses what has no room, before it comes, with both numbers', async () => {
  await using full = asyncClosing(open({ freeBytes: async () => 1000 }));
  const short = { code: 'MODEL_SPACE_SHORT', facts: { neededBytes: 400_000, freeBytes: 1000 } };
  await expect(full.store.fetch(model)).rejects.toMatchObject(short);
  expect(asked()).toEqual(['hub']);
  await expect(full.store.fetch({ name: 'web', uri: `${hub.store}/acme/small/small.gguf` })).rejects.toMatchObject(
    short,
  );
});

it.each(['../escaped.gguf', '/etc/passwd', 'a/../../b', 'C:\\x', 'a\u0000b'])(
  'trusts no path of a server: %j',
  async (rfilename) => {
    hub.lie = (siblings) => [...siblings, { rfilename, size: 1 }];
    await expect(store.fetch({ name: 'all', uri: 'hf://acme/small' })).rejects.toMatchObject({
      code: 'MODEL_ADDRESS_INVALID',
    });
  },
);

it('fetches once for those who ask at once, also from two stores', async () => {
  await using second = asyncClosing(open());
  const both = await Promise.all([store.fetch(model), store.fetch(model), second.store.fetch(model)]);
  expect(new Set(both.map(({ path }) => path)).size).toBe(1);
  expect(asked().filter((one) => one === 'store')).toHaveLength(1);
});

it('uses a file or a folder of this machine where it lies', async () => {
  const file = join(directory, 'own.gguf');
  await writeFile(file, weights);
  expect(await store.fetch({ name: 'own', uri: `file:${file}`, sha256 })).toMatchObject({ path: file, type: 'file' });
  expect(await store.fetch({ name: 'folder', uri: `file:${directory}` })).toMatchObject({
    path: directory,
    type: 'folder',
  });
  const other = store.fetch({ name: 'own', uri: `file:${file}`, sha256: '0'.repeat(64) });
  await expect(other).rejects.toMatchObject({ code: 'MODEL_CONTENT_WRONG' });
});

it('fetches again what somebody has damaged', async () => {
  const { path } = await store.fetch(model);
  await rm(join(path, 'small.gguf'));
  expect(await store.fetch(model)).toMatchObject({ path });
  expect((await stat(join(path, 'small.gguf'))).size).toBe(weights.length);
});

function asyncClosing(opened: ModelStore): { store: ModelStore } & AsyncDisposable {
  return { store: opened, [Symbol.asyncDispose]: () => opened.close() };
}
