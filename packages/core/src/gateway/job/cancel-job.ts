import type { ReceiptBytes } from '../../payment/payment-provider.ts';
import type { Connection } from '../orchestrator-link.ts';
import type { JobAccess } from '../parts/parts-client.ts';
import type { JobFunds } from '../payment/job-funds.ts';

const CANCEL_MS = 5_000;

/** Cancels a job and settles what it cost by its receipt; without one it counts as all that was let be taken. Never rejects. */
export async function cancelJob(
  { orchestrator }: Connection,
  request: JobAccess & { reason: string },
  funds: JobFunds,
): Promise<void> {
  let receipt: ReceiptBytes | undefined;
  try {
    const { jobId, jobSecret } = request;
    await orchestrator.cancelJob(request, { signal: AbortSignal.timeout(CANCEL_MS) });
    if (funds.intent.maxCostWei > 0n)
      receipt = await orchestrator.getReceipt({ jobId, jobSecret }, { signal: AbortSignal.timeout(CANCEL_MS) });
  } catch {
    // It may be gone, or never have heard of the job.
  }
  await funds.close({ receipt });
}
