import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { runByoc, runCommand } from '../../support/run-command.ts';

const parts = [await hasPart('anvil'), await hasPart('ffmpeg')];
const clip = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15:duration=2', '-pix_fmt', 'yuv420p'];

interface PaidFacts {
  usage: { pixels: string };
  payment: {
    quotedWei: string;
    chargedWei: string;
    orchestrator: string;
    payer: string;
    receipt: { amountWei: string; usage: Record<string, string>; orchestrator: string; payer: string; outcome: string };
    tickets: { won: number; faceValueWei: string };
    redeemed: number;
    leftDepositWei: string;
    reachedOrchestratorWei: string;
    withdrawnWei: string;
  };
}

describe.skipIf(parts.includes(false))('byoc demo --paid', () => {
  let folder: string;
  let facts: PaidFacts;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-paid-demo-'));
    const input = join(folder, 'clip.mp4');
    expect(await runCommand('ffmpeg', ['-v', 'error', ...clip, input])).toMatchObject({ exitCode: 0 });
    const args = ['demo', '--paid', '--json', '--runtime', 'process', '--input', input, '--output', folder];
    const demo = await runByoc(args);
    expect({ exitCode: demo.exitCode, stderr: demo.stderr }).toEqual({ exitCode: 0, stderr: '' });
    facts = JSON.parse(demo.stdout);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('charges what was metered, and gateway, orchestrator and receipt agree to the wei', () => {
    const { payment, usage } = facts;
    const due = 10n ** 16n + 20_000_000n * BigInt(usage.pixels);
    expect(payment.chargedWei).toBe(String(due));
    expect(BigInt(payment.quotedWei)).toBeGreaterThanOrEqual(due);
    expect(payment.receipt).toMatchObject({
      amountWei: payment.chargedWei,
      usage: { pixels: usage.pixels },
      orchestrator: payment.orchestrator.toLowerCase(),
      payer: payment.payer.toLowerCase(),
      outcome: 'succeeded',
    });
  });

  it('redeems every winner: what left the deposit is what reached the orchestrator', () => {
    const { tickets, redeemed, leftDepositWei, reachedOrchestratorWei, withdrawnWei } = facts.payment;
    expect(tickets.won).toBeGreaterThan(1);
    expect(redeemed).toBe(tickets.won);
    expect(leftDepositWei).toBe(String(BigInt(tickets.won) * BigInt(tickets.faceValueWei)));
    expect(reachedOrchestratorWei).toBe(leftDepositWei);
    expect(withdrawnWei).toBe(leftDepositWei);
  });

  it('says what to install where anvil is missing', async () => {
    const elsewhere = await runByoc(['demo', '--paid', '--json', '--input', join(folder, 'clip.mp4')], {
      cwd: folder,
      env: { ...process.env, PATH: join(folder, 'nothing') },
    });
    expect(elsewhere.exitCode).not.toBe(0);
    expect(JSON.parse(elsewhere.stderr || elsewhere.stdout).error).toMatchObject({
      code: 'LOCAL_CHAIN_UNAVAILABLE',
      facts: { reason: 'anvil is not installed' },
      hint: expect.stringContaining('npm install @foundry-rs/anvil'),
    });
  });
});
