import type { DatabaseSync } from 'node:sqlite';
import type { Usage } from '../../payment/payment-provider.ts';
import type { UsageTerms } from '../../payment/usage/usage-terms.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { OnDisconnect, OutputPart } from '../../protocol/frames.ts';
import type { JobState } from '../jobs/job-state.ts';
import { attemptStore } from './attempt-store.ts';

/** A job when it was accepted. */
export interface JobRow {
  readonly jobId: string;
  readonly pluginId: string;
  /** Empty until it runs. */
  readonly workerId: string;
  readonly capability: string;
  readonly contractDigest: string;
  readonly secretSha256: Uint8Array;
  readonly onDisconnect: OnDisconnect;
  readonly deadline: number;
  readonly provider: string;
  readonly maxCostWei: bigint;
  readonly price: PriceSheet;
  readonly state: JobState;
  readonly acceptedAt: number;
  /** What its receipt will say; absent when no money moves. */
  readonly payment: JobPaymentRow | undefined;
  /** Present once the job has ended. */
  readonly end: JobEndRow | undefined;
}

/** The payment of a job, as it was agreed at its acceptance. Hashes are lower-case hex. */
export interface JobPaymentRow {
  readonly payer: string;
  readonly inputSha256: string;
  /** Decimal wei: no charge is above it. */
  readonly limitWei: string;
  /** True when the limit is what the input can cost: usage beyond it is on the house. False: the job ends there. */
  readonly bounded: boolean;
  /** What is known of its meters. */
  readonly meters: UsageTerms;
  /** `sha256:…`; empty when it ran without an image. */
  readonly imageDigest: string;
}

/** How a job ended. */
export interface JobEndRow {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly endedAt: number;
  /** The number of its last frame. */
  readonly lastSequence: number;
  readonly usage: Usage;
  /** Absent when it failed. */
  readonly outputJson: Uint8Array | undefined;
  readonly parts: readonly OutputPart[];
  /** `{ code, facts }`; absent when it succeeded. */
  readonly error: { readonly code: string; readonly facts: object } | undefined;
  readonly amountWei: bigint;
  readonly receiptJson: Uint8Array | undefined;
  readonly receiptSignature: Uint8Array | undefined;
}

/**
 * The rows of jobs. Writes are in the operating system's hands when they return. Each function throws ByocError DISK_FULL,
 * DATA_DIRECTORY_CORRUPT or DATA_DIRECTORY_UNREADABLE.
 */
export interface JobRows {
  /** False when a job of that id exists already, whoever opened it. */
  insert(row: Omit<JobRow, 'end'>): boolean;
  setRunning(jobId: string, workerId: string): void;
  end(jobId: string, end: JobEndRow): void;
  get(jobId: string): JobRow | undefined;
  /** Jobs without an end: those of a run of the orchestrator before this one. */
  listOpen(): readonly JobRow[];
  /** Forgets up to 1,000 jobs that ended before a time; a job that was paid for is kept with its receipt. Returns how many. */
  forget(endedBefore: number): number;
}

type Values = Record<string, string | number | bigint | Uint8Array | null>;

/** Creates the rows over an open database that has `jobsMigration`. */
export function createJobRows(database: DatabaseSync): JobRows {
  const insert = database.prepare(
    `INSERT OR IGNORE INTO jobs (job_id, plugin_id, worker_id, capability, contract_digest, secret_sha256, on_disconnect,
      deadline, provider, max_cost_wei, price_json, state, accepted_at, payment_json)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setRunning = database.prepare(`UPDATE jobs SET state = 'running', worker_id = ? WHERE job_id = ?`);
  const end = database.prepare(
    `UPDATE jobs SET state = ?, ended_at = ?, last_sequence = ?, usage_json = ?, output_json = ?, parts_json = ?,
      error_json = ?, amount_wei = ?, receipt_json = ?, receipt_signature = ? WHERE job_id = ?`,
  );
  const get = database.prepare('SELECT * FROM jobs WHERE job_id = ?');
  const listOpen = database.prepare('SELECT * FROM jobs WHERE ended_at IS NULL');
  const forget = database.prepare(
    `DELETE FROM jobs WHERE job_id IN
      (SELECT job_id FROM jobs WHERE ended_at < ?
        AND (receipt_json IS NULL OR json_extract(payment_json, '$.payer') = '') LIMIT 1000)`,
  );
  // Callers are told too, and need not know where it is.
  const attempt = <T>(run: () => T) => attemptStore("the orchestrator's database", run);
  return {
    insert(row) {
      const { changes } = attempt(() =>
        insert.run(
          ...[row.jobId, row.pluginId, row.workerId, row.capability, row.contractDigest],
          ...[row.secretSha256, row.onDisconnect, row.deadline, row.provider, row.maxCostWei.toString()],
          ...[JSON.stringify(row.price), row.state, row.acceptedAt],
          row.payment === undefined ? null : JSON.stringify(row.payment),
        ),
      );
      return Number(changes) === 1;
    },
    setRunning: (jobId, workerId) => void attempt(() => setRunning.run(workerId, jobId)),
    end(jobId, row) {
      const usage = JSON.stringify(Object.fromEntries(Object.entries(row.usage).map(([m, total]) => [m, `${total}`])));
      attempt(() =>
        end.run(
          ...[row.state, row.endedAt, row.lastSequence, usage, row.outputJson ?? null, JSON.stringify(row.parts)],
          ...[row.error === undefined ? null : JSON.stringify(row.error), row.amountWei.toString()],
          ...[row.receiptJson ?? null, row.receiptSignature ?? null, jobId],
        ),
      );
    },
    get(jobId) {
      const values = attempt(() => get.get(jobId)) as Values | undefined;
      return values === undefined ? undefined : readRow(values);
    },
    listOpen: () => (attempt(() => listOpen.all()) as Values[]).map(readRow),
    forget: (endedBefore) => Number(attempt(() => forget.run(endedBefore)).changes),
  };
}

function readRow(values: Values): JobRow {
  return {
    jobId: values['job_id'] as string,
    pluginId: values['plugin_id'] as string,
    workerId: values['worker_id'] as string,
    capability: values['capability'] as string,
    contractDigest: values['contract_digest'] as string,
    secretSha256: values['secret_sha256'] as Uint8Array,
    onDisconnect: values['on_disconnect'] as OnDisconnect,
    deadline: values['deadline'] as number,
    provider: values['provider'] as string,
    maxCostWei: BigInt(values['max_cost_wei'] as string),
    price: JSON.parse(values['price_json'] as string) as PriceSheet,
    state: values['state'] as JobState,
    acceptedAt: values['accepted_at'] as number,
    payment: values['payment_json'] === null ? undefined : JSON.parse(values['payment_json'] as string),
    end: values['ended_at'] === null ? undefined : readEnd(values),
  };
}

function readEnd(values: Values): JobEndRow {
  const usage = JSON.parse(values['usage_json'] as string) as Record<string, string>;
  const error = values['error_json'] as string | null;
  return {
    state: values['state'] as JobEndRow['state'],
    endedAt: values['ended_at'] as number,
    lastSequence: values['last_sequence'] as number,
    usage: Object.fromEntries(Object.entries(usage).map(([meter, total]) => [meter, BigInt(total)])),
    outputJson: (values['output_json'] as Uint8Array | null) ?? undefined,
    parts: JSON.parse(values['parts_json'] as string) as OutputPart[],
    error: error === null ? undefined : (JSON.parse(error) as { code: string; facts: object }),
    amountWei: BigInt(values['amount_wei'] as string),
    receiptJson: (values['receipt_json'] as Uint8Array | null) ?? undefined,
    receiptSignature: (values['receipt_signature'] as Uint8Array | null) ?? undefined,
  };
}
