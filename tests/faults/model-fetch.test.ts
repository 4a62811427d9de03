import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdminClient, type PluginView } from '@byoc/core/orchestrator';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../support/orchestrator-process.ts';
import { repositoryRoot } from '../support/run-command.ts';
import { type Hub, startHub } from '../support/start-hub.ts';
import { until } from '../support/until.ts';

const weights = randomBytes(600_000);
const sha256 = createHash('sha256').update(weights).digest('hex');
const source = { type: 'folder' as const, path: join(repositoryRoot, 'tests/fixtures/gated-plugin') };
const models = [{ name: 'small', uri: 'hf://acme/small/small.gguf' }];

let hub: Hub;
let dataDirectory: string;
let orchestrator: OrchestratorProcess;
const modelsDirectory = () => join(dataDirectory, 'shared-models');
const start = () =>
  startOrchestratorProcess({ dataDirectory, runtime: 'process', more: ['--models-dir', modelsDirectory()] });
const admin = () => createAdminClient({ dataDirectory });
const ranges = () => hub.requests.filter(({ at }) => at === 'store').map(({ range }) => range);
/** Sends half of the file, and then nothing more. */
const stall: Hub['faults'][number] = (_request, response, content) => {
  response.writeHead(200, { 'content-length': content.length, etag: `"${sha256}"` });
  response.write(content.subarray(0, 300_000));
  return true;
};
const arrived = async () => {
  for (const name of await readdir(modelsDirectory(), { recursive: true }).catch(() => []))
    if (/^partial\/\w+\/\w+$/.test(name) && (await stat(join(modelsDirectory(), name))).size === 300_000) return true;
  return false;
};

beforeAll(async () => {
  hub = await startHub();
  hub.repositories.set('acme/small', new Map([['small.gguf', weights]]));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  dataDirectory = await mkdtemp(join(tmpdir(), 'f-'));
  orchestrator = await start();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await orchestrator.stop();
  await hub[Symbol.asyncDispose]();
  await rm(dataDirectory, { recursive: true, force: true });
});

it('goes on after Ctrl-C and after kill -9 with what has come, and starts without the hub ever after', async () => {
  const interrupt = new AbortController();
  const phases = new Set<string>();
  hub.faults.push(stall);
  const given = admin().installPlugin(source, { models, signal: interrupt.signal });
  await until(async () => {
    for (const { phase } of await admin().listPlugins()) phases.add(phase);
    return (await arrived()) && phases.has('pulling');
  });
  interrupt.abort(new Error('Ctrl-C'));
  await expect(given).rejects.toThrow('Ctrl-C');
  await until(async () => (await admin().listPlugins()).length === 0);

  // The second time, the store does not even answer.
  hub.faults.push(() => true);
  const lost = admin().installPlugin(source, { models });
  lost.catch(() => {});
  await until(() => Promise.resolve(ranges().length === 2));
  await orchestrator.kill();
  await expect(lost).rejects.toMatchObject({ code: 'ORCHESTRATOR_NOT_RUNNING' });

  orchestrator = await start();
  const messages: string[] = [];
  await admin().installPlugin(source, { models, onProgress: ({ message }) => messages.push(message) });
  expect(ranges()).toEqual([undefined, 'bytes=300000-', 'bytes=300000-']);
  expect(messages).toContain('small: 0.6 MB of 0.6 MB');

  await orchestrator.stop();
  hub.requests.length = 0;
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:1');
  orchestrator = await start();
  let plugin: PluginView | undefined;
  await until(async () => {
    plugin = await admin().inspectPlugin('gated');
    return plugin.phase === 'ready';
  });
  expect(plugin?.models).toEqual(models);
  const seen = join(dataDirectory, 'workers', String(plugin?.workerId), 'models/small/small.gguf');
  expect((await readFile(seen)).equals(weights)).toBe(true);
  expect(hub.requests).toEqual([]);
  await admin().removePlugin('gated', { graceMs: 0 });
});
