import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient, createOrchestrator, type Orchestrator } from '@byoc/core/orchestrator';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { createCreditGatewayProvider, createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { generate } from '@byoc/plugin-diffusion';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repositoryRoot, runCommand } from '../support/run-command.ts';
import { until } from '../support/until.ts';
import { processesOf } from '../support/workers-of.ts';
import { errorOf } from './start-faulty-host.ts';

/** What the worker may still take: much for everything but the attention of a larger picture, which takes 80 MiB at once. */
const SPARE_BYTES = 64 * 1024 ** 2;

const plugin = join(repositoryRoot, 'packages/plugin-diffusion');
const signer = createLocalSigner(createPrivateKey());
const open = new AsyncDisposableStack();
let dataDirectory: string;
let orchestrator: Orchestrator;
let gateway: Gateway;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-image-memory-'));
  open.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const folder = join(dataDirectory, 'plugin');
  await mkdir(join(folder, 'dist'), { recursive: true });
  await copyFile(join(plugin, 'plugin.json'), join(folder, 'plugin.json'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const worker = pathToFileURL(join(plugin, 'src/worker.ts'));
  await writeFile(join(folder, 'dist/worker.js'), `await import(${JSON.stringify(worker)});`);
  const runtime = createProcessRuntime({ logger: silentLogger, stateDirectory: join(dataDirectory, 'processes') });
  open.defer(() => runtime.close());
  orchestrator = await createOrchestrator({
    ...{ dataDirectory, runtime, port: 0, httpPort: 0 },
    payment: [createCreditOrchestratorProvider()],
  });
  open.defer(() => orchestrator.close({ mode: 'drain', graceMs: 0 }));
  const environment = {
    NODE_OPTIONS: '--conditions=@byoc/source --disable-warning=ExperimentalWarning',
    BYOC_DIFFUSION_PROVIDERS: 'cpu',
    BYOC_DIFFUSION_MODELS: join(plugin, 'fixtures/pipelines/stable-diffusion'),
  };
  const each = { amountWei: '1', per: '1' };
  const price = { baseWei: '0', meters: { megapixel_steps: each, images: each, megapixels: each } };
  await orchestrator.plugins.install({ type: 'folder', path: folder }, { environment, price });
  const grant = { action: 'grant' as const, payer: signer.address, amountWei: '1000000', id: 'all' };
  await createAdminClient({ dataDirectory }).changeCredit(grant);
  const { url, address } = orchestrator;
  const payment = [createCreditGatewayProvider({ signer })];
  gateway = open.use(createGateway({ sources: [staticSource([{ url, address }])], payment }));
  await gateway.ready();
});

afterAll(() => open.disposeAsync());

it('fails a picture whose memory runs out midway, uncharged, and makes the next one', async () => {
  const input = { prompt: 'a red circle', seed: 1 };
  const small = () => gateway.run(generate, { ...input, steps: 1 }, { maxCostWei: 1000n }).result;
  await small();
  const [pid = 0] = await processesOf(dataDirectory);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const limit = Number(/VmSize:\s*(\d+) kB/.exec(status)?.[1]) * 1024 + SPARE_BYTES;

  const large = { ...input, steps: 20, width: 320, height: 320 };
  const job = gateway.run(generate, large, { maxCostWei: 1000n });
  const error = errorOf(job.result);
  for await (const frame of job) if (frame.type === 'event') break;
  expect(await runCommand('prlimit', [`--pid=${pid}`, `--as=${limit}`])).toMatchObject({ exitCode: 0 });
  const failed = await error;
  expect(failed).toMatchObject({
    code: 'JOB_FAILED',
    recovery: 'retry-other',
    facts: { reason: 'out-of-memory', message: expect.stringMatching(/^`unet` of the model .* ran out of memory/) },
    charged: { amountWei: '0' },
  });
  const { output, payment } = await small();
  expect([output.images.length, payment.chargedWei]).toEqual([1, 2n]);
  // In the same process; what was earned is of the small ones alone, and of the large one nothing is left.
  expect(await processesOf(dataDirectory)).toEqual([pid]);
  const account = await until(async () => {
    const [one] = await createAdminClient({ dataDirectory }).listCredit();
    return one?.heldWei === '0' && one;
  });
  expect(account.earnedWei).toBe('4');
  const { jobId = '' } = (failed?.facts ?? {}) as { jobId?: string };
  expect(jobId).toMatch(/^job_/);
  const left = () => readdir(dataDirectory, { recursive: true });
  await until(async () => !(await left()).some((path) => path.includes(jobId)));
});
