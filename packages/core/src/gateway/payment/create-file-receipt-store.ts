import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import type { ReceiptStore, StoredReceipt } from './receipt-store.ts';

const END = Buffer.from('\n');
const lineSchema = z.object({
  jobId: z.string(),
  receipt: z.string(),
  signature: z.string().regex(/^(0x)?([0-9a-f]{2})*$/),
});

/**
 * Creates a store in a file of JSON lines that is only ever appended to (mode 0600, made when missing). A receipt is on the disk
 * when `put` resolves; a line that a power cut broke is skipped.
 *
 * @throws ByocError RECEIPTS_UNREADABLE, at each call
 */
export function createFileReceiptStore(path: string): ReceiptStore {
  /** One write after the other: lines never mix. */
  let last: Promise<unknown> = Promise.resolve();

  async function append(line: string): Promise<void> {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const file = await open(path, 'a+', 0o600);
      try {
        // Ends what a power cut left of a line before.
        const { size } = await file.stat();
        const { buffer } = size === 0 ? { buffer: END } : await file.read(Buffer.alloc(1), 0, 1, size - 1);
        // A line that was cut off stays a line of its own.
        await file.appendFile(`${buffer[0] === END[0] ? '' : '\n'}${line}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }

  async function* list(): AsyncGenerator<StoredReceipt> {
    const stream = createReadStream(path, { encoding: 'utf8' });
    try {
      for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
        const receipt = readLine(text);
        if (receipt !== undefined) yield receipt;
      }
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadable(path, cause);
    } finally {
      stream.destroy();
    }
  }

  return {
    put({ jobId, receiptJson, signature }) {
      const receipt = new TextDecoder().decode(receiptJson);
      const line = JSON.stringify({ jobId, receipt, signature: `0x${Buffer.from(signature).toString('hex')}` });
      const written = last.then(() => append(line));
      last = written.catch(() => {});
      return written;
    },
    async get(jobId) {
      let found: StoredReceipt | undefined;
      for await (const receipt of list()) if (receipt.jobId === jobId) found = receipt;
      return found;
    },
    list,
  };
}

function readLine(text: string): StoredReceipt | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { jobId, receipt, signature } = parsed.data;
  return {
    jobId,
    receiptJson: new TextEncoder().encode(receipt),
    signature: Uint8Array.from(Buffer.from(signature.replace(/^0x/, ''), 'hex')),
  };
}

function unreadable(path: string, cause: unknown): ByocError {
  return new ByocError('RECEIPTS_UNREADABLE', { path, reason: (cause as Error).message }, { cause });
}
