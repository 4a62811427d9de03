import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished as after, describe, expect, it } from 'vitest';
import { createFileReceiptStore } from './create-file-receipt-store.ts';
import { createMemoryReceiptStore, type ReceiptStore, type StoredReceipt } from './receipt-store.ts';

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'byoc-receipts-'));
  after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'deep', 'receipts.jsonl');
}

const receipt = (jobId: string, byte = 1): StoredReceipt => ({
  jobId,
  receiptJson: new TextEncoder().encode(`{"jobId":"${jobId}","note":"ä\\n"}`),
  signature: new Uint8Array(65).fill(byte),
});

async function all(store: ReceiptStore): Promise<StoredReceipt[]> {
  const found: StoredReceipt[] = [];
  for await (const one of store.list()) found.push(one);
  return found;
}

describe.each([
  ['in memory', () => createMemoryReceiptStore()],
  ['in a file', () => createFileReceiptStore(makePath())],
] as const)('a receipt store %s', (_, create) => {
  it('gives back what was put, byte by byte, in order; the last of a job counts', async () => {
    const store = create();
    expect(await all(store)).toEqual([]);
    await Promise.all([store.put(receipt('job_1')), store.put(receipt('job_2'))]);
    await store.put(receipt('job_1', 2));
    expect(await store.get('job_1')).toEqual(receipt('job_1', 2));
    expect((await all(store)).at(-1)).toEqual(receipt('job_1', 2));
    expect(await store.get('job_3')).toBeUndefined();
  });
});

describe('createFileReceiptStore', () => {
  it('keeps them over a restart, for its user alone, and loses nothing to a line that was cut off', async () => {
    const path = makePath();
    await createFileReceiptStore(path).put(receipt('job_1'));
    appendFileSync(path, '{"jobId":"job_cut');
    const again = createFileReceiptStore(path);
    await again.put(receipt('job_2'));
    expect(await all(again)).toEqual([receipt('job_1'), receipt('job_2')]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('says when it can not write', async () => {
    const path = makePath();
    writeFileSync(join(path, '..', '..', 'deep'), '');
    await expect(createFileReceiptStore(path).put(receipt('job_1'))).rejects.toMatchObject({
      code: 'RECEIPTS_UNREADABLE',
    });
  });
});
