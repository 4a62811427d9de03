import type { JobPaymentResult } from '@byoc/core/gateway';

/** What a job cost, for `--json`. */
export function describePayment({ provider, chargedWei, receipt, problem }: JobPaymentResult) {
  return { provider, chargedWei, receipt: receipt?.jobId, problem: problem?.code };
}
