import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByocError } from '../../errors/byoc-error.ts';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { encodeReceipt } from '../../payment/receipt/parse-receipt.ts';
import type { Receipt } from '../../payment/receipt/receipt.ts';
import { signReceipt } from '../../payment/receipt/sign-receipt.ts';
import { leastOf } from '../../primitives/least-of.ts';
import { createSpending } from './create-spending.ts';
import { paidFunds } from './job-funds.ts';
import { createMemoryReceiptStore } from './receipt-store.ts';

const orchestrator = createLocalSigner(new Uint8Array(32).fill(7));
const stranger = createLocalSigner(new Uint8Array(32).fill(8));
const outputJson = new TextEncoder().encode('{}');
const job = {
  jobId: 'job_00000001',
  capability: 'a/b@1.0.0',
  contractDigest: `sha256:${'1'.repeat(64)}`,
  inputSha256: '2'.repeat(64),
  price: { baseWei: '10', meters: { units: { amountWei: '3', per: '1' } } },
};
const payer = `0x${'a'.repeat(40)}`;
const usage = { units: 5n };
/** What an honest orchestrator states: 10 + 3 × 5. */
const honest: Receipt = {
  ...{ version: 1, ...job, imageDigest: '', modelDigests: [], outputSha256: hash('sha256', outputJson) },
  ...{ outcome: 'succeeded', usage: { units: '5' }, quoteWei: '100', amountWei: '25', paymentProvider: 'credit' },
  ...{ orchestrator: orchestrator.address.toLowerCase(), payer, startedAt: 1, endedAt: 2 },
};

function setUp({
  firstWei = 50n,
  limitWei = 100n,
  budgetWei,
}: {
  firstWei?: bigint;
  limitWei?: bigint;
  budgetWei?: bigint;
} = {}) {
  const spending = createSpending(budgetWei);
  const share = spending.open();
  share.reserve(firstWei);
  const problems: ByocError[] = [];
  const toppedUp: bigint[] = [];
  const receipts = createMemoryReceiptStore();
  const session = {
    data: new Uint8Array(),
    authorizedWei: firstWei,
    async topUp({ coverWei }: { coverWei: bigint }) {
      toppedUp.push(coverWei);
      return new Uint8Array();
    },
    close() {},
  };
  const funds = paidFunds({
    ...{ job, provider: 'credit', payer, orchestrator: orchestrator.address, limitWei, session, share, receipts },
    quote: undefined,
    onRefused: (problem) => problems.push(problem),
  });
  return { funds, spending, problems, toppedUp, receipts };
}

async function signed(receipt: Receipt, signer = orchestrator) {
  return { receiptJson: encodeReceipt(receipt), signature: await signReceipt(receipt, signer) };
}

describe('the funds of a job', () => {
  it('take an honest receipt, keep it, and give back what was not charged', async () => {
    const { funds, spending, receipts } = setUp();
    const end = await funds.close({ receipt: await signed(honest), result: { usage, outputJson } });
    expect(end).toMatchObject({ chargedWei: 25n, receipt: honest, problem: undefined });
    expect(spending.spentWei).toBe(25n);
    expect(await receipts.get(job.jobId)).toBeDefined();
  });

  it.each([
    ['forged by another key', honest, stranger],
    ['of more than its own usage comes to', { ...honest, amountWei: '26' }, orchestrator],
    ['with more usage than was told', { ...honest, usage: { units: '6' }, amountWei: '28' }, orchestrator],
    [
      'with a higher price',
      { ...honest, price: { baseWei: '11', meters: job.price.meters }, amountWei: '26' },
      orchestrator,
    ],
    ['of another job', { ...honest, jobId: 'job_00000002' }, orchestrator],
    ['of another input', { ...honest, inputSha256: '3'.repeat(64) }, orchestrator],
    ['of another output', { ...honest, outputSha256: '3'.repeat(64) }, orchestrator],
    [
      'with a model that the output does not name',
      { ...honest, modelDigests: [`sha256:${'3'.repeat(64)}`] },
      orchestrator,
    ],
    ['of another contract', { ...honest, contractDigest: `sha256:${'3'.repeat(64)}` }, orchestrator],
    ['that says it failed', { ...honest, outcome: 'failed-midway' as const }, orchestrator],
    ['for another payer', { ...honest, payer: `0x${'b'.repeat(40)}` }, orchestrator],
  ])('refuse a receipt %s, report it, and count all that was let be taken', async (_, receipt, signer) => {
    const { funds, spending, problems, receipts } = setUp();
    const end = await funds.close({ receipt: await signed(receipt, signer), result: { usage, outputJson } });
    expect(end).toMatchObject({ chargedWei: 50n, receipt: undefined, problem: { code: 'RECEIPT_INVALID' } });
    expect(problems.map(({ code }) => code)).toEqual(['RECEIPT_INVALID']);
    expect(spending.spentWei).toBe(50n);
    expect(await receipts.get(job.jobId)).toBeUndefined();
  });

  it('refuse a receipt over what was let be taken, whatever the usage', async () => {
    const { funds } = setUp({ firstWei: 20n });
    const end = await funds.close({ receipt: await signed(honest), result: { usage, outputJson } });
    expect(end).toMatchObject({ chargedWei: 20n, problem: { code: 'RECEIPT_INVALID' } });
  });

  it('give their last answer once more to a demand that was made again, and sign nothing new for it', async () => {
    const { funds, toppedUp } = setUp();
    const demand = { data: new Uint8Array(), coverWei: 80n };
    const first = await funds.topUp(demand);
    expect(await funds.topUp(demand, { again: true })).toBe(first);
    expect(await funds.topUp({ ...demand, coverWei: 60n }, { again: true })).toBe(first);
    await expect(funds.topUp(demand)).rejects.toMatchObject({ code: 'PAYMENT_DEMAND_REFUSED' });
    await funds.topUp({ ...demand, coverWei: 90n }, { again: true });
    expect(toppedUp).toEqual([80n, 90n]);
  });

  it('report a receipt that never comes', async () => {
    const { funds, problems } = setUp();
    await funds.close({ receipt: undefined, result: { usage, outputJson } });
    expect(problems[0]?.shortMessage).toMatchInlineSnapshot(
      `"The receipt is not valid: there is none for job job_00000001."`,
    );
  });

  it('never let more be taken than the limit and the budget, whatever is asked, and answer no demand for less than was given', async () => {
    const wei = fc.bigInt(0n, 2n ** 80n);
    await fc.assert(
      fc.asyncProperty(wei, wei, fc.array(wei, { maxLength: 10 }), async (limitWei, budgetWei, demands) => {
        const firstWei = leastOf(limitWei, budgetWei);
        const { funds, spending, toppedUp } = setUp({ firstWei, limitWei, budgetWei });
        let given = firstWei;
        for (const coverWei of demands) {
          const code = await funds.topUp({ data: new Uint8Array(), coverWei }).then(
            () => 'paid',
            (error: ByocError) => error.code,
          );
          const wanted =
            coverWei > limitWei
              ? 'PAYMENT_LIMIT_EXCEEDED'
              : coverWei <= given
                ? 'PAYMENT_DEMAND_REFUSED'
                : coverWei > budgetWei
                  ? 'PAYMENT_BUDGET_EXCEEDED'
                  : 'paid';
          expect(code).toBe(wanted);
          if (code === 'paid') given = coverWei;
          expect(spending.spentWei).toBe(given);
        }
        expect(toppedUp.every((total) => total <= limitWei && total <= budgetWei)).toBe(true);
      }),
    );
  });
});
