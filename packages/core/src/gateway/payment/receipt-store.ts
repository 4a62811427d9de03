import type { ReceiptBytes } from '../../payment/payment-provider.ts';

/** A checked receipt, as it came. */
export interface StoredReceipt extends ReceiptBytes {
  readonly jobId: string;
}

/** Where a gateway keeps the receipts of what it paid. */
export interface ReceiptStore {
  /** Keeps a receipt. Durable when it resolves. The same job again replaces it. */
  put(receipt: StoredReceipt): Promise<void>;
  get(jobId: string): Promise<StoredReceipt | undefined>;
  /** All of them, oldest first. */
  list(): AsyncIterable<StoredReceipt>;
}

/** Receipts in memory kept by a store without a file. */
const RECEIPTS_MAX = 10_000;

/** Creates a store that forgets everything with the process, and the oldest when there are many. */
export function createMemoryReceiptStore(): ReceiptStore {
  const receipts = new Map<string, StoredReceipt>();
  return {
    async put(receipt) {
      receipts.delete(receipt.jobId);
      receipts.set(receipt.jobId, receipt);
      const [oldest] = receipts.keys();
      if (receipts.size > RECEIPTS_MAX && oldest !== undefined) receipts.delete(oldest);
    },
    get: async (jobId) => receipts.get(jobId),
    async *list() {
      yield* receipts.values();
    },
  };
}
