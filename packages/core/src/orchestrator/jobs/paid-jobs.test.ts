import { describe, expect, it } from 'vitest';
import { createCreditOrchestratorProvider } from '../../payment/credit/create-credit-orchestrator-provider.ts';
import type { CallerFrame, GatewayFrame, JobFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import type { HostedPlugin } from '../plugin-host.ts';
import { sha256 } from './accept-job.ts';
import { bytes, collect, echo, errorOf, frames, open, type Script, setUpJobs, signer } from './jobs-lab.ts';
import { counting, key, price, receiptOf, setUpPaidJobs } from './paid-lab.ts';

describe('a paid job', () => {
  it('costs what was metered, to the wei: ledger, row and receipt agree', async () => {
    const { jobs, rows, desk, paid, host } = setUpPaidJobs();
    const { imageDigest, manifest } = host.list()[0] as HostedPlugin;
    const digest = manifest.capabilities[0]?.digest;
    const before = Date.now();
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n }))));
    expect(all.at(-1)).toMatchObject({ type: 'result' });
    expect(receiptOf(all)).toMatchObject({
      ...{ jobId: 'job_00000001', amountWei: '16', usage: { characters: '2' }, outcome: 'succeeded', price },
      ...{ payer: key.payer, paymentProvider: 'credit', orchestrator: signer.address.toLowerCase() },
      inputSha256: Buffer.from(sha256(bytes({ text: 'hi' }))).toString('hex'),
      outputSha256: Buffer.from(sha256(bytes({ text: 'hi' }))).toString('hex'),
      ...{ capability: 'example/echo@1.0.0', contractDigest: digest, imageDigest, modelDigests: [], quoteWei: '500' },
    });
    const { startedAt, endedAt } = receiptOf(all);
    const times = [before, startedAt, endedAt, Date.now()];
    expect(times).toEqual(times.toSorted());
    expect(rows.get('job_00000001')?.end?.amountWei).toBe(16n);
    expect(desk.ledger.account(key)).toEqual({ creditedWei: 1000n, availableWei: 984n, heldWei: 0n, earnedWei: 16n });
    expect(desk.ledger.job('job_00000001')).toMatchObject({ state: 'settled', chargedWei: 16n });
  });

  it('costs nothing when the orchestrator or its worker fails, and says so', async () => {
    const failing: Script = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
      yield [{ sequence: 2, type: 'event', eventJson: bytes({}) }];
      yield [{ sequence: 3, type: 'usage', usage: { characters: 5n } }];
      // Usage that falls is the worker's fault.
      yield [{ sequence: 4, type: 'usage', usage: { characters: 4n } }];
    };
    const { jobs, desk, paid } = setUpPaidJobs({ script: failing });
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n }))));
    expect(errorOf(all)).toMatchObject({ code: 'USAGE_DECREASED', charged: { amountWei: '0' } });
    expect(receiptOf(all)).toMatchObject({ amountWei: '0', outcome: 'failed-by-orchestrator' });
    expect(desk.ledger.account(key)).toMatchObject({ availableWei: 1000n, heldWei: 0n });
  });

  it('costs nothing when usage never comes: it is not taken for zero', async () => {
    const silent: Script = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
      yield [{ sequence: 2, type: 'result', outputJson: bytes({ text: 'hi' }), usage: {}, parts: [] }];
    };
    const { jobs, paid } = setUpPaidJobs({ script: silent });
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n }))));
    expect(errorOf(all)).toMatchObject({ code: 'USAGE_MISSING', charged: { amountWei: '0' } });
  });

  it('has the models that its output names in its receipt', async () => {
    const made: Script = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
      const outputJson = bytes({ text: 'hi', model: { digest: `sha256:${'0f'.repeat(32)}` } });
      yield [{ sequence: 2, type: 'result', outputJson, usage: { characters: 2n }, parts: [] }];
    };
    const { jobs, paid } = setUpPaidJobs({ script: made });
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n }))));
    expect(receiptOf(all).modelDigests).toEqual([`sha256:${'0f'.repeat(32)}`]);
  });

  it('is refused without enough credit, and leaves nothing behind', async () => {
    const { jobs, rows, desk, paid } = setUpPaidJobs({ balanceWei: 5n });
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n }))));
    expect(errorOf(all)).toMatchObject({ code: 'PAYMENT_BALANCE_TOO_LOW', charged: { amountWei: '0' } });
    expect(rows.get('job_00000001')).toBeUndefined();
    expect(desk.ledger.account(key)).toMatchObject({ availableWei: 5n, heldWei: 0n });
  });

  it('gets the last of a balance only once when two race for it', async () => {
    const { jobs, desk, paid } = setUpPaidJobs({ balanceWei: 16n, slots: 2 });
    const both = await Promise.all(
      ['job_00000001', 'job_00000002'].map(async (jobId) =>
        collect(jobs.runJob(frames(await paid(jobId, { maxCostWei: 16n })))),
      ),
    );
    expect(both.map((all) => all.at(-1)?.type).sort()).toEqual(['error', 'result']);
    const lost = both.find((all) => all.at(-1)?.type === 'error') ?? [];
    expect(errorOf(lost).code).toBe('PAYMENT_BALANCE_TOO_LOW');
    expect(desk.ledger.account(key)).toEqual({ creditedWei: 16n, availableWei: 0n, heldWei: 0n, earnedWei: 16n });
  });

  it('is refused when its intent was used before, was signed for another job or input, or has expired', async () => {
    const { jobs, desk, paid, authorize } = setUpPaidJobs();
    const first = await paid('job_00000001', { maxCostWei: 100n });
    await collect(jobs.runJob(frames(first)));
    expect(errorOf(await collect(jobs.runJob(frames(first)))).code).toBe('JOB_ALREADY_EXISTS');
    const { payment } = first;
    for (const stolen of [
      { ...open('job_00000002'), payment },
      { ...open('job_00000003', { input: { text: 'other' } }), payment },
      {
        ...open('job_00000004'),
        payment: { ...payment, data: await authorize(open('job_00000004'), 9n, { expiresAt: 1 }) },
      },
    ])
      expect(errorOf(await collect(jobs.runJob(frames(stolen)))).code).toBe('PAYMENT_AUTHORIZATION_REFUSED');
    const garbage = { ...open('job_00000005'), payment: { ...payment, data: bytes({ payer: 1 }) } };
    expect(errorOf(await collect(jobs.runJob(frames(garbage)))).code).toBe('PAYMENT_DATA_INVALID');
    expect(desk.ledger.account(key)).toMatchObject({ availableWei: 984n, heldWei: 0n });
  });

  it('asks for more before its hold is used up, and goes on without a pause when it gets it', async () => {
    const { jobs, desk, paid, authorize } = setUpPaidJobs({ script: counting(20, 1n) });
    const opening = await paid('job_00000001', { maxCostWei: 500n, firstWei: 20n });
    const toPay: GatewayFrame[] = [];
    let wake = () => {};
    async function* caller(): AsyncGenerator<GatewayFrame> {
      yield opening;
      for (;;) {
        const next = toPay.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    const seen: OrchestratorFrame[] = [];
    for await (const batch of jobs.runJob(caller())) {
      for (const frame of batch) {
        seen.push(frame);
        if (frame.type !== 'payment-required') continue;
        toPay.push({ type: 'payment', data: await authorize(opening, frame.coverWei) });
        wake();
      }
    }
    const asked = seen.flatMap((frame) => (frame.type === 'payment-required' ? [frame.coverWei] : []));
    expect(asked[0]).toBe(40n);
    expect(asked).toEqual(asked.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(receiptOf(seen)).toMatchObject({ amountWei: '70', usage: { characters: '20' } });
    expect(desk.ledger.account(key)).toEqual({ creditedWei: 1000n, availableWei: 930n, heldWei: 0n, earnedWei: 70n });
  });

  it('ends in order when nobody tops it up: what was covered is charged and no more', async () => {
    const { jobs, desk, onCancel, paid } = setUpPaidJobs({ script: untilCancelled, topUpWaitMs: 0 });
    onCancel.push(() => cancelled.resolve());
    const all = await collect(jobs.runJob(frames(await paid('job_00000001', { maxCostWei: 500n, firstWei: 30n }))));
    expect(errorOf(all)).toMatchObject({ code: 'PAYMENT_TOP_UP_MISSING', charged: { amountWei: '30' } });
    expect(receiptOf(all)).toMatchObject({ amountWei: '30', outcome: 'failed-midway' });
    expect(desk.ledger.account(key)).toEqual({ creditedWei: 1000n, availableWei: 970n, heldWei: 0n, earnedWei: 30n });
  });

  it('ends at its maxCost, and hands over a result that is there already for no more than that', async () => {
    const jump = setUpPaidJobs({ script: counting(1, 10n ** 30n) });
    const stopped = await collect(jump.jobs.runJob(frames(await jump.paid('job_00000001', { maxCostWei: 100n }))));
    expect(errorOf(stopped)).toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED', charged: { amountWei: '100' } });
    const dear = setUpPaidJobs({ script: echo });
    const all = await collect(dear.jobs.runJob(frames(await dear.paid('job_00000001', { maxCostWei: 12n }))));
    expect(errorOf(all).charged).toEqual({ amountWei: '0' });
  });

  it('ends as soon as its payer has let all be taken that it may cost, and it has used more', async () => {
    const { jobs, paid, authorize } = setUpPaidJobs({ script: counting(1, 100n) });
    const opening = await paid('job_00000001', { maxCostWei: 100n, firstWei: 20n });
    const toppedUp: GatewayFrame = { type: 'payment', data: await authorize(opening, 100n) };
    const asked = Promise.withResolvers<void>();
    async function* caller(): AsyncGenerator<GatewayFrame> {
      yield opening;
      await asked.promise;
      yield toppedUp;
    }
    const seen: OrchestratorFrame[] = [];
    for await (const batch of jobs.runJob(caller())) {
      seen.push(...batch);
      if (batch.some(({ type }) => type === 'payment-required')) asked.resolve();
    }
    expect(errorOf(seen)).toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED', charged: { amountWei: '100' } });
  });

  it('settles a job that was lost in a crash for nothing, with a receipt that says so', async () => {
    const before = setUpPaidJobs({ script: untilCancelled });
    void collect(before.jobs.runJob(frames(await before.paid('job_00000001', { maxCostWei: 500n, firstWei: 30n }))));
    while (before.desk.ledger.account(key).heldWei === 0n) await new Promise(setImmediate);
    const { database } = before;
    const after = setUpJobs({ database, price, providers: [createCreditOrchestratorProvider()] });
    after.change({ worker: undefined });
    await after.jobs.recover();
    const end = after.rows.get('job_00000001')?.end;
    expect(end).toMatchObject({ error: { code: 'ORCHESTRATOR_RESTARTED' }, amountWei: 0n });
    expect(after.desk.ledger.account(key)).toEqual({
      creditedWei: 1000n,
      availableWei: 1000n,
      heldWei: 0n,
      earnedWei: 0n,
    });
    expect(JSON.parse(new TextDecoder().decode(end?.receiptJson))).toMatchObject({
      amountWei: '0',
      jobId: 'job_00000001',
    });
    cancelled.resolve();
  });
});

let cancelled = Promise.withResolvers<void>();

/** Uses ten characters at once, and ends when it is told to. */
async function* untilCancelled(_: AsyncIterator<CallerFrame>): AsyncGenerator<readonly JobFrame[]> {
  cancelled = Promise.withResolvers<void>();
  yield [{ sequence: 1, type: 'accepted', capability: 'example/echo@1.0.0' }];
  yield [{ sequence: 2, type: 'event', eventJson: bytes({}) }];
  yield [{ sequence: 3, type: 'usage', usage: { characters: 10n } }];
  await cancelled.promise;
  yield [{ sequence: 4, type: 'usage', usage: { characters: 11n } }];
  yield [{ sequence: 5, type: 'result', outputJson: bytes({ text: 'hi' }), usage: { characters: 11n }, parts: [] }];
}
