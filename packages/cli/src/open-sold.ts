import { isByocError } from '@byoc/core';
import type { StoredReceipt } from '@byoc/core/gateway';
import {
  createAdminClient,
  type Earnings,
  type EarningsQuery,
  type GivenReceipt,
  openBooks,
} from '@byoc/core/orchestrator';
import { livepeerBooks } from '@byoc/core/payment/livepeer';

/** What the orchestrator of this machine earned, whether it runs or not. */
export async function readEarnings(dataDirectory: string, query: EarningsQuery): Promise<Earnings> {
  try {
    return await createAdminClient({ dataDirectory }).earnings(query);
  } catch (error) {
    if (!isByocError(error, 'ORCHESTRATOR_NOT_RUNNING')) throw error;
  }
  const books = openBooks({ dataDirectory, payment: [livepeerBooks] });
  try {
    return await books.earnings(query);
  } finally {
    books.close();
  }
}

/** The receipts of what it sold, oldest first. */
export async function readSoldReceipts(dataDirectory: string): Promise<StoredReceipt[]> {
  const stored: { receipt: StoredReceipt; endedAt: number }[] = [];
  const keep = ({ jobId, receiptJson, signature }: GivenReceipt) =>
    stored.push({
      receipt: {
        jobId,
        receiptJson: new TextEncoder().encode(receiptJson),
        signature: Uint8Array.from(Buffer.from(signature.slice(2), 'hex')),
      },
      endedAt: Number(JSON.parse(receiptJson).endedAt),
    });
  await eachSold(dataDirectory, keep);
  return stored.toSorted((a, b) => a.endedAt - b.endedAt).map(({ receipt }) => receipt);
}

async function eachSold(dataDirectory: string, keep: (receipt: GivenReceipt) => unknown): Promise<void> {
  try {
    for await (const receipt of createAdminClient({ dataDirectory }).receipts()) keep(receipt);
    return;
  } catch (error) {
    if (!isByocError(error, 'ORCHESTRATOR_NOT_RUNNING')) throw error;
  }
  const books = openBooks({ dataDirectory, payment: [] });
  try {
    for await (const receipt of books.receipts()) keep(receipt);
  } finally {
    books.close();
  }
}
