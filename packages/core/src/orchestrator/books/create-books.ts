import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import type { PaymentBooks } from '../../payment/payment-books.ts';
import { prepareRows } from '../payment/provider-tables.ts';
import type { Earnings, EarningsQuery } from './earnings.ts';
import { createEarningsSum } from './sum-earnings.ts';

/** A receipt that was given, as it was sent. */
export interface GivenReceipt {
  readonly jobId: string;
  /** Canonical JSON. */
  readonly receiptJson: string;
  /** Hex. */
  readonly signature: string;
}

/** What an orchestrator sold. Reads in small steps: jobs go on meanwhile. */
export interface Books {
  /** @throws ByocError DATA_DIRECTORY_CORRUPT, DATA_DIRECTORY_UNREADABLE */
  earnings(query: EarningsQuery): Promise<Earnings>;
  /** Oldest first within each step. @throws ByocError DATA_DIRECTORY_CORRUPT, DATA_DIRECTORY_UNREADABLE */
  receipts(): AsyncIterable<GivenReceipt>;
}

/** Jobs that are read at once. */
const PAGE = 1_000;

/** Creates the books of a database whose tables are up to date. */
export function createBooks(database: DatabaseSync, payment: readonly PaymentBooks[]): Books {
  const page = prepareRows(
    database,
    `SELECT job_id, capability, provider, ended_at, amount_wei, receipt_json, receipt_signature,
      json_extract(payment_json, '$.payer') AS payer FROM jobs
      WHERE job_id > ? ORDER BY job_id LIMIT ${PAGE}`,
  );
  async function* paidJobs() {
    for (let after = ''; ; ) {
      const rows = page.all(after);
      // Of a free job a caller may have had a receipt: nothing was sold.
      for (const row of rows) if (row['receipt_json'] !== null && row['payer'] !== '') yield row;
      if (rows.length < PAGE) return;
      after = String(rows.at(-1)?.['job_id']);
      await turn();
    }
  }
  return {
    async earnings({ sinceMs, period }) {
      const sum = createEarningsSum(period);
      for await (const row of paidJobs()) {
        const at = Number(row['ended_at']);
        if (at < sinceMs) continue;
        const [capability, provider] = [String(row['capability']), String(row['provider'])];
        sum.add({ type: 'charge', at, capability, provider, amountWei: BigInt(String(row['amount_wei'])) });
      }
      for (const books of payment)
        for (const booking of books.list({ prepare: (sql) => prepareRows(database, sql) }, sinceMs)) sum.add(booking);
      return sum.result();
    },
    async *receipts() {
      for await (const row of paidJobs())
        yield {
          jobId: String(row['job_id']),
          receiptJson: Buffer.from(row['receipt_json'] as Uint8Array).toString('utf8'),
          signature: `0x${Buffer.from(row['receipt_signature'] as Uint8Array).toString('hex')}`,
        };
    },
  };
}
