import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';
import { type Hub, startHub } from '../../support/start-hub.ts';

const runtimes = ['process', ...((await hasPart('docker')) && (await hasPart('base-image')) ? ['docker'] : [])];

describe.each(runtimes)('npm run demo -- chat, on the %s runtime', (runtime) => {
  let temporary: string;
  let models: string;
  let hub: Hub;
  const demo = (endpoint: string, ...args: string[]) => {
    const hubOf = { HF_ENDPOINT: endpoint, BYOC_MODELS_DIR: models, CI: '' };
    return runByoc(['demo', 'chat', '--runtime', runtime, ...args], {
      env: { ...process.env, TMPDIR: temporary, ...hubOf },
    });
  };

  beforeAll(async () => {
    // Short: sockets have their place in it.
    temporary = await mkdtemp(join(tmpdir(), 'd-'));
    models = await mkdtemp(join(tmpdir(), 'byoc-models-'));
    hub = await startHub();
    const tiny = await readFile(join(repositoryRoot, 'packages/plugin-llm/tiny-model/tiny.gguf'));
    hub.repositories.set('acme/rhymes', new Map([['tiny-q8.gguf', tiny]]));
  });
  afterAll(async () => {
    expect(await readdir(temporary)).toEqual([]);
    await hub[Symbol.asyncDispose]();
    for (const folder of [temporary, models]) await rm(folder, { recursive: true, force: true });
  });

  it('without a network, streams an answer of the test model, called that, and says what it took and cost', async () => {
    const { stdout, exitCode } = await demo('http://127.0.0.1:1');
    expect(exitCode).toBe(0);
    expect(stdout).toContain("can't be fetched: 127.0.0.1:1 can't be reached");
    expect(stdout).toContain('the tiny test model answers: it recites what it was taught and knows nothing.');
    expect(stdout).toContain('Up above the world so high,');
    expect(stdout).toMatch(
      new RegExp(
        `tiny-test-model .*, on the ${runtime} runtime:\n\\d+ tokens in, \\d+ out .*\nCharged .* by a receipt`,
      ),
    );
    expect(stdout).toContain('everything that was started is gone');
  });

  it('asks a model of the hub, and pays what was quoted at most', async () => {
    const { stdout, exitCode } = await demo(
      hub.endpoint,
      '--model',
      'hf://acme/rhymes/tiny-q8.gguf',
      '--prompt',
      'Name the seasons.',
      '--json',
    );
    const facts = JSON.parse(stdout);
    expect([exitCode, facts]).toMatchObject([
      0,
      {
        runtime,
        price: expect.stringContaining('/ 1M output_tokens'),
        payment: { provider: 'credit', receipt: expect.any(String) },
        output: { message: { content: 'spring, summer, autumn, winter' }, model: { name: 'tiny-q8' } },
      },
    ]);
    expect(Number(facts.usage.output_tokens)).toBe(facts.output.usage.outputTokens);
    expect(BigInt(facts.payment.chargedWei)).toBeGreaterThan(0n);
    expect(BigInt(facts.payment.chargedWei)).toBeLessThan(BigInt(facts.quotedWei));
  });
});

it('refuses a model that is not there, and what it has no use for', async () => {
  expect(await runByoc(['demo', 'chat', '--model', '/nowhere/m.gguf'])).toMatchObject({
    ...{ exitCode: 2, stderr: expect.stringContaining('there is no such file or folder') },
  });
  expect(await runByoc(['demo', 'chat', '--paid'])).toMatchObject({
    ...{ exitCode: 2, stderr: expect.stringContaining('the demo of a chat has no use for it') },
  });
});
