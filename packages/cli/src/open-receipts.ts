import { join } from 'node:path';
import { createFileReceiptStore, type ReceiptStore } from '@byoc/core/gateway';

/** The receipts of what was paid from this machine: a file in the data directory. */
export function openReceipts(dataDirectory: string): ReceiptStore {
  return createFileReceiptStore(join(dataDirectory, 'gateway', 'receipts.jsonl'));
}
