import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdminClient } from '@byoc/core/orchestrator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';
import { type Hub, startHub } from '../../support/start-hub.ts';

const packages = join(repositoryRoot, 'packages');
let hub: Hub;
let folder: string;
let environment: NodeJS.ProcessEnv;

/** The commands of a README that are for `byoc`, as their arguments. */
async function commandsOf(readme: string): Promise<string[][]> {
  const text = await readFile(join(packages, readme), 'utf8');
  const lines = text.split('\n').filter((line) => /^npm run byoc -- (orchestrator|plugin) /.test(line));
  return lines.map((line) => (line.match(/'[^']*'|\S+/g) ?? []).slice(4).map((word) => word.replaceAll("'", '')));
}

async function run(args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runByoc(args, { env: environment });
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
}

beforeAll(async () => {
  hub = await startHub();
  const tiny = await readFile(join(packages, 'plugin-llm/tiny-model/tiny.gguf'));
  hub.repositories.set('Qwen/Qwen3-8B-GGUF', new Map([['Qwen3-8B-Q4_K_M.gguf', tiny]]));
  const pictures = new Map([['unet/diffusion_pytorch_model.safetensors', Buffer.from('never asked for')]]);
  const builtin = join(packages, 'plugin-diffusion/model');
  for (const entry of await readdir(builtin, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) pictures.set(path.slice(builtin.length + 1), await readFile(path));
  }
  hub.repositories.set('stabilityai/sdxl-turbo', pictures);
  folder = await mkdtemp(join(tmpdir(), 'r-'));
  environment = {
    ...{ ...process.env, HF_ENDPOINT: hub.endpoint, BYOC_DATA_DIR: join(folder, 'data') },
    // Without an engine: images are built elsewhere.
    ...{ BYOC_MODELS_DIR: join(folder, 'models'), DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  };
});
afterAll(async () => {
  await runByoc(['orchestrator', 'stop'], { env: environment });
  await hub[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('serves a model of the hub by the three commands of each README', async () => {
  const [start = [], chat = [], chatOnCard = []] = await commandsOf('plugin-llm/README.md');
  const [startToo, images = [], imagesOnCard = []] = await commandsOf('plugin-diffusion/README.md');
  expect(startToo).toEqual(start);
  await run([...start, '--port', '0', '--http-port', '0']);
  await run(chat);
  await run(images);
  const plugins = await createAdminClient({ dataDirectory: join(folder, 'data') }).listPlugins();
  expect(plugins.map(({ phase, workerState }) => [phase, workerState?.models])).toEqual([
    ['ready', ['Qwen3-8B-Q4_K_M']],
    ['ready', expect.arrayContaining(['sdxl-turbo'])],
  ]);
  // The same for those with a card: a process takes no notice of the Dockerfile, and sees whatever its machine has.
  await run(chatOnCard);
  await run(imagesOnCard);
  const again = await createAdminClient({ dataDirectory: join(folder, 'data') }).listPlugins();
  expect(again.map(({ phase, resources }) => [phase, resources])).toEqual([
    ['ready', { gpus: 'all', memoryBytes: 16 * 1024 ** 3 }],
    ['ready', { gpus: 'all', memoryBytes: 16 * 1024 ** 3 }],
  ]);
  expect(hub.requests.filter(({ path }) => path.endsWith('.safetensors'))).toEqual([]);
});
