import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOwnAccount } from './own-account.ts';

const amount = fc.bigInt({ min: 0n, max: 1000n });
const step = fc.oneof(
  fc.record({ type: fc.constant('open' as const), authorizedWei: amount, sentWei: amount }),
  fc.record({
    type: fc.constant('top-up' as const),
    ...{ which: fc.nat(9), moreWei: amount, sentWei: amount, arrives: fc.boolean() },
  }),
  fc.record({ type: fc.constant('end' as const), which: fc.nat(9), share: fc.nat(100), hasReceipt: fc.boolean() }),
  fc.record({ type: fc.constant('ask' as const) }),
);

describe('createOwnAccount', () => {
  it('never counts on more than an honest orchestrator has, and never doubts it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const account = createOwnAccount('0xa');
        // The orchestrator's own books: what came in, less what jobs hold, less what they cost.
        let availableWei = 0n;
        const jobs: { reservation: ReturnType<typeof account.reserve>; heldWei: bigint; reads: boolean }[] = [];
        for (const one of steps) {
          if (one.type === 'ask') account.learn(availableWei);
          if (one.type === 'open') {
            const reservation = account.reserve(one.authorizedWei);
            reservation.paid(one.sentWei);
            availableWei += one.sentWei;
            const heldWei = availableWei < one.authorizedWei ? availableWei : one.authorizedWei;
            availableWei -= heldWei;
            jobs.push({ reservation, heldWei, reads: true });
          }
          if (one.type === 'top-up') {
            const job = jobs[one.which];
            if (job === undefined) continue;
            job.reservation.raise(one.moreWei);
            job.reservation.paid(one.sentWei);
            // A job reads what is sent in order, until it ends.
            job.reads &&= one.arrives;
            if (!job.reads) continue;
            availableWei += one.sentWei;
            const moreWei = availableWei < one.moreWei ? availableWei : one.moreWei;
            availableWei -= moreWei;
            job.heldWei += moreWei;
          }
          if (one.type === 'end') {
            const [job] = jobs.splice(one.which, 1);
            if (job === undefined) continue;
            const costWei = (job.heldWei * BigInt(one.share)) / 100n;
            availableWei += job.heldWei - costWei;
            job.reservation.close(one.hasReceipt ? costWei : undefined);
          }
          expect(account.freeWei).toBeLessThanOrEqual(availableWei);
        }
      }),
    );
  });

  it('leaves an orchestrator that states less than its receipts leave', () => {
    const account = createOwnAccount('0xa');
    const job = account.reserve(100n);
    job.paid(100n);
    job.close(30n);
    account.learn(70n);
    expect(() => account.learn(69n)).toThrow(
      expect.objectContaining({
        code: 'PAYMENT_BALANCE_DISPUTED',
        facts: expect.objectContaining({ expectedWei: '70' }),
      }),
    );
  });

  it('counts a top-up that the receipt does not show only once it is stated: the job may have ended before it was read', () => {
    for (const [chargedWei, leftWei] of [
      [30n, 70n],
      [130n, 70n],
    ] as const) {
      const account = createOwnAccount('0xa');
      const job = account.reserve(100n);
      job.paid(100n);
      job.raise(100n);
      job.paid(100n);
      job.close(chargedWei);
      expect(account.freeWei).toBe(leftWei);
    }
    const account = createOwnAccount('0xa');
    const job = account.reserve(100n);
    job.paid(100n);
    job.raise(100n);
    job.paid(100n);
    job.close(30n);
    account.learn(170n);
    expect(account.freeWei).toBe(170n);
  });

  it('takes back what was never sent', () => {
    const account = createOwnAccount('0xa');
    account.learn(50n);
    account.reserve(40n).cancel();
    expect(account.freeWei).toBe(50n);
  });
});
