import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ByocError } from '../../../errors/byoc-error.ts';
import { writeAtomically } from '../../keys/write-atomically.ts';
import type { DaySpend } from './signing-policy.ts';

const wei = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);
const schema = z.strictObject({
  day: z.string().regex(/^\d{4}-\d\d-\d\d$/),
  ticketsWei: wei,
  transactionsWei: wei,
});

/** What was signed on the current day, in a file, so that a restart does not start the day anew. */
export interface SpendFile {
  readonly spend: DaySpend;
  /** Resolves when it is on the disk. */
  write(spend: DaySpend): Promise<void>;
}

/** Opens the file; one that is not there is a day on which nothing was signed. @throws ByocError SIGNER_STATE_UNREADABLE */
export async function openSpendFile(path: string): Promise<SpendFile> {
  const fail = (cause: unknown, reason: string) =>
    new ByocError('SIGNER_STATE_UNREADABLE', { path, reason }, { cause });
  let spend: DaySpend = { day: '1970-01-01', ticketsWei: 0n, transactionsWei: 0n };
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw fail(cause, cause.code ?? cause.message);
  });
  if (text !== undefined) {
    try {
      spend = schema.parse(JSON.parse(text));
    } catch (cause) {
      throw fail(cause, 'it does not say what was signed');
    }
  }
  return {
    get spend() {
      return spend;
    },
    async write(next) {
      const { day, ticketsWei, transactionsWei } = next;
      const stored = { day, ticketsWei: String(ticketsWei), transactionsWei: String(transactionsWei) };
      await writeAtomically(path, JSON.stringify(stored)).catch((cause: NodeJS.ErrnoException) => {
        throw fail(cause, cause.code ?? cause.message);
      });
      spend = next;
    },
  };
}
