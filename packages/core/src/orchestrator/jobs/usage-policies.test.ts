import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CapabilityContract, UsagePolicy } from '../../capability/capability.ts';
import type { OrchestratorFrame } from '../../protocol/frames.ts';
import { collect, errorOf, frames, secret } from './jobs-lab.ts';
import { key, receiptOf, setUpPaidJobs, telling } from './paid-lab.ts';

/** The input `hi` can take 20 characters. */
const metersOf = (policy: UsagePolicy): CapabilityContract['meters'] => ({
  characters: { unit: 'character', estimate: 'size(input.text) * 10', policy },
});
/** 10 + 3 × 20. */
const QUOTE_WEI = 70n;

async function run(policy: UsagePolicy, totals: readonly (bigint | undefined)[]) {
  const lab = setUpPaidJobs({ meters: metersOf(policy), script: telling(totals) });
  const all = await collect(lab.jobs.runJob(frames(await lab.paid('job_00000001', { maxCostWei: 500n }))));
  return { ...lab, all };
}

const usageTold = (all: readonly OrchestratorFrame[]) =>
  all.flatMap((frame) => (frame.type === 'usage' || frame.type === 'result' ? [frame.usage['characters']] : []));

describe('a count that can not be true', () => {
  it.each([
    ['never comes', [undefined], 'USAGE_MISSING'],
    ['falls', [5n, 4n], 'USAGE_DECREASED'],
    ['jumps above its estimate', [5n, 21n], 'USAGE_IMPLAUSIBLE'],
  ] as const)('that %s fails the job and costs nothing by `reject`, which is the default', async (_, totals, code) => {
    for (const lab of [await run('reject', totals), await run(undefined as never, totals)]) {
      expect(errorOf(lab.all)).toMatchObject({ code, charged: { amountWei: '0' } });
      expect(receiptOf(lab.all)).toMatchObject({ amountWei: '0', outcome: 'failed-by-orchestrator' });
      expect(lab.desk.ledger.account(key)).toMatchObject({ availableWei: 1000n, heldWei: 0n, earnedWei: 0n });
      // The worker does not go on with what nobody pays for.
      expect(lab.cancels).toEqual(['job_00000001']);
    }
  });

  it.each([
    ['never comes', [undefined], 1n],
    ['falls', [5n, 4n, 8n], 5n],
    ['jumps above its estimate', [5n, 21n, 8n], 5n],
  ] as const)('that %s costs the last that was right by `floor`, at least one unit', async (_, totals, counted) => {
    const { all, desk } = await run('floor', totals);
    expect(all.at(-1)).toMatchObject({ type: 'result', usage: { characters: counted } });
    const amountWei = 10n + 3n * counted;
    expect(receiptOf(all)).toMatchObject({ amountWei: String(amountWei), usage: { characters: String(counted) } });
    expect(desk.ledger.account(key)).toMatchObject({ earnedWei: amountWei, heldWei: 0n });
  });

  it.each([
    ['never comes', [undefined]],
    ['falls', [5n, 4n, 8n]],
    ['jumps above its estimate', [5n, 2n ** 64n - 1n]],
  ] as const)('that %s costs its estimate by `estimate`', async (_, totals) => {
    const { all } = await run('estimate', totals);
    expect(receiptOf(all)).toMatchObject({ amountWei: String(QUOTE_WEI), usage: { characters: '20' } });
  });

  it('is told to callers as what counts, so that it never falls for them, whatever the policy and the worker', async () => {
    const total = fc.option(fc.oneof(fc.bigInt(0n, 25n), fc.constant(2n ** 64n - 1n)), { nil: undefined });
    const policy = fc.constantFrom<UsagePolicy>('reject', 'floor', 'estimate');
    await fc.assert(
      fc.asyncProperty(policy, fc.array(total, { maxLength: 5 }), async (how, totals) => {
        const { all, desk } = await run(how, totals);
        const told = usageTold(all).filter((units) => units !== undefined);
        expect(told).toEqual(told.toSorted((a, b) => (a < b ? -1 : 1)));
        const receipt = receiptOf(all);
        const { earnedWei, heldWei, availableWei } = desk.ledger.account(key);
        expect([earnedWei, heldWei, availableWei]).toEqual([BigInt(receipt.amountWei), 0n, 1000n - earnedWei]);
        expect(earnedWei <= QUOTE_WEI).toBe(true);
        if (all.at(-1)?.type === 'result') expect(earnedWei > 0n).toBe(true);
        else expect(earnedWei).toBe(0n);
      }),
      { numRuns: 30 },
    );
  });

  it('is told to a caller that attaches as it was to the first one', async () => {
    const lab = await run('floor', [5n, 4n, 8n]);
    const again = await collect(lab.jobs.attachJob({ jobId: 'job_00000001', jobSecret: secret, afterSequence: 3 }));
    expect(usageTold(again)).toEqual([5n, 5n, 5n]);
    expect(again.at(-1)).toMatchObject({ type: 'result', usage: { characters: 5n } });
  });
});
