import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';

const runtimes = ['process', ...((await hasPart('docker')) && (await hasPart('base-image')) ? ['docker'] : [])];
const tiny = join(repositoryRoot, 'packages/plugin-llm/tiny-model/tiny.gguf');

describe.each(runtimes)('npm run demo -- chat, on the %s runtime', (runtime) => {
  let temporary: string;
  const demo = (...args: string[]) =>
    runByoc(['demo', 'chat', '--runtime', runtime, ...args], { env: { ...process.env, TMPDIR: temporary } });

  beforeAll(async () => {
    // Short: sockets have their place in it.
    temporary = await mkdtemp(join(tmpdir(), 'd-'));
  });
  afterAll(async () => {
    expect(await readdir(temporary)).toEqual([]);
    await rm(temporary, { recursive: true, force: true });
  });

  it('streams an answer of the test model, called by its name, and says what it took', async () => {
    const { stdout, exitCode } = await demo();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no --model: the tiny test model answers.');
    expect(stdout).toContain('Up above the world so high,');
    expect(stdout).toMatch(
      new RegExp(`tiny-test-model .*, on the ${runtime} runtime:\n\\d+ tokens in, \\d+ out .* free`),
    );
    expect(stdout).toContain('everything that was started is gone');
  });

  it('asks a model of one’s own', async () => {
    const { stdout, exitCode } = await demo('--model', tiny, '--prompt', 'Name the seasons.', '--json');
    const facts = JSON.parse(stdout);
    expect([exitCode, facts]).toMatchObject([
      0,
      {
        runtime,
        price: 'free',
        output: { message: { content: 'spring, summer, autumn, winter' }, model: { name: 'tiny' } },
      },
    ]);
    expect(Number(facts.usage.output_tokens)).toBe(facts.output.usage.outputTokens);
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
