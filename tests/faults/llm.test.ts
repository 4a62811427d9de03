import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type InputOf, silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient, createOrchestrator, type Orchestrator } from '@byoc/core/orchestrator';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { createCreditGatewayProvider, createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { chat } from '@byoc/plugin-llm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/run-command.ts';
import { until } from '../support/until.ts';
import { processesOf } from '../support/workers-of.ts';
import { errorOf } from './start-faulty-host.ts';

describe('a worker of a language model', () => {
  const signer = createLocalSigner(createPrivateKey());
  const open = new AsyncDisposableStack();
  let dataDirectory: string;
  let orchestrator: Orchestrator;
  let gateway: Gateway;

  beforeAll(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-llm-faults-'));
    open.defer(() => rm(dataDirectory, { recursive: true, force: true }));
    const folder = join(dataDirectory, 'plugin');
    await mkdir(join(folder, 'dist'), { recursive: true });
    await copyFile(join(repositoryRoot, 'packages/plugin-llm/plugin.json'), join(folder, 'plugin.json'));
    const worker = pathToFileURL(join(repositoryRoot, 'tests/fixtures/stubborn-llm/worker.ts'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'dist/worker.js'), `await import(${JSON.stringify(worker)});`);
    const runtime = createProcessRuntime({ logger: silentLogger, stateDirectory: join(dataDirectory, 'processes') });
    open.defer(() => runtime.close());
    orchestrator = await createOrchestrator({
      ...{ dataDirectory, runtime, port: 0, httpPort: 0, limits: { cancelGraceMs: 300 } },
      payment: [createCreditOrchestratorProvider()],
    });
    open.defer(() => orchestrator.close({ mode: 'drain', graceMs: 0 }));
    const environment = { NODE_OPTIONS: '--conditions=@byoc/source --disable-warning=ExperimentalWarning' };
    const price = { baseWei: '1', meters: { output_tokens: { amountWei: '1', per: '1' } } };
    await orchestrator.plugins.install({ type: 'folder', path: folder }, { environment, price });
    const grant = { action: 'grant' as const, payer: signer.address, amountWei: '1000000', id: 'all' };
    await createAdminClient({ dataDirectory }).changeCredit(grant);
    const { url, address } = orchestrator;
    const payment = [createCreditGatewayProvider({ signer })];
    gateway = open.use(createGateway({ sources: [staticSource([{ url, address }])], payment }));
    await gateway.ready();
  });

  afterAll(() => open.disposeAsync());

  const run = (input: InputOf<typeof chat>, options: object = {}) =>
    gateway.run(chat, { temperature: 0, ...input }, { maxCostWei: 10_000n, ...options });
  const pid = async () => (await processesOf(dataDirectory))[0] ?? 0;
  /** What the orchestrator has earned, when nothing is held any more. */
  const earned = () =>
    until(async () => {
      const [account] = await createAdminClient({ dataDirectory }).listCredit();
      return account?.heldWei === '0' && { wei: BigInt(account.earnedWei) };
    });
  /** Another worker is there and answers, and nothing else was paid for. */
  const expectNoHarm = async (before: number, earnedBefore: bigint) => {
    const { output, payment } = await until(() => run({ prompt: 'Name the seasons.' }).result.catch(() => undefined));
    expect(output.message.content).toBe('spring, summer, autumn, winter');
    expect((await earned()).wei - earnedBefore).toBe(payment.chargedWei);
    expect(await pid()).not.toBe(before);
  };

  it('that is killed midway fails its job, uncharged, and the next one is answered', async () => {
    const [before, { wei }] = [await pid(), await earned()];
    const job = run({ prompt: 'Sing!' });
    const error = errorOf(job.result);
    for await (const frame of job) if (frame.type === 'event') break;
    process.kill(before, 'SIGKILL');
    expect(await error).toMatchObject({ code: 'WORKER_LOST', charged: { amountWei: '0' } });
    await expectNoHarm(before, wei);
  });

  it('whose engine hangs is ended by the deadline of the job and replaced, and the next one is answered', async () => {
    const [before, { wei }] = [await pid(), await earned()];
    const job = run({ prompt: 'Sing!', seed: 666 }, { deadlineMs: 3_000 });
    const error = errorOf(job.result);
    let sent = 0n;
    for await (const frame of job) if (frame.type === 'event') sent += 1n;
    expect(await error).toMatchObject({ code: 'JOB_DEADLINE_EXCEEDED' });
    await until(async () => (await pid()) !== before);
    // As by every deadline, what was sent is charged: the base of 1 wei, and 1 for each token.
    expect((await earned()).wei - wei).toBe(1n + sent);
    await expectNoHarm(before, wei + 1n + sent);
  });
});
