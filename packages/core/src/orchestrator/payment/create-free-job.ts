import { hash } from 'node:crypto';
import type { JobPaymentRow } from '../store/job-rows.ts';
import { type JobPayment, noPayment, type PaidJobOptions } from './job-payment.ts';

/** Creates the payment of a job that costs nothing, of which a receipt is wanted: no account and no money, but a row, and a signature. */
export function createFreeJob({ row, receiptOf }: Pick<PaidJobOptions, 'row' | 'receiptOf'>): JobPayment {
  return {
    ...noPayment,
    row,
    async settlement(outcome, usage, { outputJson, endedAt, modelDigests }) {
      const outputSha256 = outputJson === undefined ? '' : hash('sha256', outputJson);
      const made = { outputSha256, modelDigests: [...modelDigests] };
      return { amountWei: 0n, receipt: await receiptOf({ outcome, usage, endedAt, amountWei: '0', ...made }) };
    },
  };
}

/** What is kept of a free job for its receipt. */
export function freeRow(job: Pick<JobPaymentRow, 'inputSha256' | 'imageDigest'>): JobPaymentRow {
  return { payer: '', limitWei: '0', bounded: true, meters: {}, ...job };
}
