import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalSigner } from '@byoc/core/payment';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';

const payer = createLocalSigner(new Uint8Array(32).fill(9)).address;

describe('byoc, with money', () => {
  let folder: string;
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  const byoc = (...args: string[]) =>
    runByoc([...args, '--data-dir', dataDirectory], { env: { ...process.env, BYOC_ETH_KEY: '09'.repeat(32) } });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-paid-'));
    dataDirectory = join(folder, 'data');
    const more = ['--payment', 'credit', '--usd-per-eth', '2000'];
    orchestrator = await startOrchestratorProcess({ dataDirectory, runtime: 'process', more });
    // One dollar is 5 x 10^14 wei.
    const plugin = join(repositoryRoot, 'examples/echo');
    const installed = await byoc('plugin', 'install', plugin, '--price', '12 wei + $1 / 1M characters');
    expect(installed).toMatchObject({ exitCode: 0 });
  });

  afterAll(async () => {
    expect(await orchestrator.stop()).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  it('grants, quotes, runs, and keeps a receipt: every figure is the same', async () => {
    const dueWei = String(12n + 5n * 500_000_000n);
    expect((await byoc('credit', 'grant', payer, '1 ETH', '--id', 'first')).exitCode).toBe(0);
    const quoted = await byoc('quote', 'demo/echo', '-i', 'text=hello');
    expect(quoted.stdout).toContain(`At most 2.500000012 gwei for 5 characters`);
    const run = await byoc('run', 'demo/echo', '-i', 'text=hello', '--max-cost', '10 gwei', '--json');
    const { job, payment } = JSON.parse(run.stdout);
    expect(payment).toEqual({ provider: 'credit', chargedWei: dueWei, receipt: job });
    expect(JSON.parse((await byoc('credit', 'ls', '--json')).stdout)).toMatchObject([
      { earnedWei: dueWei, heldWei: '0' },
    ]);
    const shown = await byoc('receipts', 'show', job);
    expect(JSON.parse(shown.stdout)).toMatchObject({ receipt: { jobId: job, amountWei: dueWei } });
    expect((await byoc('receipts', 'verify', job)).stdout).toContain(`${job}: ${dueWei} wei`);
    expect((await byoc('receipts', 'export', '--format', 'csv')).stdout).toContain(`${job},demo/echo@1.0.0`);
    const forged = join(folder, 'forged.json');
    await writeFile(forged, shown.stdout.replace(`"amountWei": "${dueWei}"`, '"amountWei": "1"'));
    const verified = await byoc('receipts', 'verify', '--file', forged, '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({ error: { code: 'RECEIPT_INVALID' } });
    expect(verified.exitCode).not.toBe(0);
  });

  it('runs nothing without a limit, and sets another price', async () => {
    const refused = await byoc('run', 'demo/echo', '-i', 'text=hello', '--json');
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'PAYMENT_LIMIT_EXCEEDED' } });
    expect(refused.exitCode).toBe(4);
    expect((await byoc('plugin', 'price', 'demo/echo', '3 gwei')).stdout).toContain('costs 3 gwei');
    expect((await byoc('query', 'demo/echo')).stdout).toContain('3 gwei');
    const wrong = await byoc('plugin', 'price', 'demo/echo', '1 wei / pixel');
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.stderr).toContain('PRICE_TEXT_INVALID');
  });
});
