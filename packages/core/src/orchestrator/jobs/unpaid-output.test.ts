import { describe, expect, it } from 'vitest';
import type { GatewayFrame, OrchestratorFrame } from '../../protocol/frames.ts';
import { collect, errorOf, secret } from './jobs-lab.ts';
import { counting, key, receiptOf, setUpPaidJobs } from './paid-lab.ts';

/** Frames of a caller that come one by one, as they are pushed. */
function pushed() {
  const ready: GatewayFrame[] = [];
  let wake = () => {};
  async function* frames(): AsyncGenerator<GatewayFrame> {
    for (;;) {
      const next = ready.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return {
    frames: frames(),
    push(frame: GatewayFrame) {
      ready.push(frame);
      wake();
    },
  };
}

const steps = (all: readonly OrchestratorFrame[]) => all.filter(({ type }) => type === 'event').length;
const chunk = { type: 'chunk', part: 'p', data: new Uint8Array(), last: true } as const;

describe('output that nobody has paid for', () => {
  it('is not had by breaking the protocol after it came: the caller is charged, and the worker not blamed', async () => {
    const go = Promise.withResolvers<void>();
    let step = 0;
    const lab = setUpPaidJobs({ script: counting(6, 1n, async () => void (++step > 4 && (await go.promise))) });
    const caller = pushed();
    caller.push(await lab.paid('job_00000001', { maxCostWei: 500n }));
    const seen: OrchestratorFrame[] = [];
    for await (const batch of lab.jobs.runJob(caller.frames)) {
      seen.push(...batch);
      if (steps(seen) < 4 || lab.cancels.length > 0) continue;
      lab.onCancel.push(() => go.reject(new Error('cancelled')));
      caller.push(chunk);
      caller.push(chunk);
    }
    expect(errorOf(seen)).toMatchObject({ code: 'FRAME_OUT_OF_ORDER', charged: { amountWei: '22' } });
    expect(receiptOf(seen)).toMatchObject({ outcome: 'failed-midway', amountWei: '22' });
    expect(lab.desk.ledger.account(key)).toMatchObject({ earnedWei: 22n, heldWei: 0n, availableWei: 978n });
  });

  it('is not had by attaching to the worker’s replay: it waits there too, and the attached caller is asked to pay', async () => {
    const lab = setUpPaidJobs({ script: counting(30, 1n) });
    const opening = await lab.paid('job_00000001', { maxCostWei: 500n, firstWei: 25n });
    const opener = pushed();
    opener.push(opening);
    const openerSaw = collect(lab.jobs.runJob(opener.frames));
    while (lab.desk.ledger.account(key).heldWei === 0n) await new Promise(setImmediate);

    const attached: OrchestratorFrame[] = [];
    const covers: bigint[] = [];
    let beforePaying: number | undefined;
    const request = { jobId: 'job_00000001', jobSecret: secret };
    for await (const batch of lab.jobs.attachJob({ ...request, afterSequence: 0 })) {
      attached.push(...batch);
      for (const frame of batch) {
        if (frame.type !== 'payment-required') continue;
        // Nobody answers on the first stream. The hold of 25 wei covers 5 characters; the sixth was told with its price.
        for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
        beforePaying ??= steps(attached);
        covers.push(frame.coverWei);
        await lab.jobs.payJob({ ...request, data: await lab.authorize(opening, frame.coverWei) });
      }
    }
    expect(beforePaying).toBeLessThanOrEqual(6);
    expect(covers[0]).toBeGreaterThan(25n);
    expect(attached.at(-1)).toMatchObject({ type: 'result', usage: { characters: 30n } });
    expect(steps(attached)).toBe(30);
    expect(receiptOf(attached)).toMatchObject({ amountWei: '100', outcome: 'succeeded' });
    expect(lab.desk.ledger.account(key)).toMatchObject({ earnedWei: 100n, heldWei: 0n });
    await openerSaw;
  });

  it('is not paid for by strangers, nor after the end; a payment that comes twice is harmless', async () => {
    const lab = setUpPaidJobs({ script: counting(3, 1n) });
    const opening = await lab.paid('job_00000001', { maxCostWei: 500n });
    const data = await lab.authorize(opening, 30n);
    const wrong = { jobId: 'job_00000001', jobSecret: new Uint8Array(16), data };
    const caller = pushed();
    caller.push(opening);
    await collect(lab.jobs.runJob(caller.frames));
    await expect(lab.jobs.payJob(wrong)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    const late = { ...wrong, jobSecret: secret };
    expect(await lab.jobs.payJob(late)).toEqual({ taken: false });
    expect(await lab.jobs.payJob(late)).toEqual({ taken: false });
    expect(lab.desk.ledger.account(key)).toMatchObject({ earnedWei: 19n, availableWei: 981n });
  });
});
