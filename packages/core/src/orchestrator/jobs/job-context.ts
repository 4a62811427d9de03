import type { ContractValidator } from '../../capability/contract-validator.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { OnDisconnect, PartUpload } from '../../protocol/frames.ts';
import type { JobPayment } from '../payment/job-payment.ts';
import type { HostedWorker } from '../plugin-host.ts';
import type { JobEndRow, JobRows } from '../store/job-rows.ts';
import type { Transact } from '../store/transact.ts';
import type { UriFetcher } from './fetch-uri.ts';
import type { JobLimits } from './job-limits.ts';
import type { JobSession } from './job-session.ts';
import type { SlotQueue } from './slot-queue.ts';

/** What all jobs share. */
export interface JobsContext {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: JobLimits;
  readonly rows: JobRows;
  readonly transact: Transact;
  readonly fetcher: UriFetcher;
  readonly inboxDirectory: string;
  readonly outboxDirectory: string;
  /** Of this process: sessions do not outlive it. */
  readonly sessionSalt: Uint8Array;
  /** Called once, after the end was written and before the last frame leaves. */
  onEnded(session: JobSession, end: JobEndRow): void;
}

/** A job that was checked and paid for. */
export interface AcceptedJob {
  readonly jobId: string;
  readonly secretSha256: Uint8Array;
  readonly pluginId: string;
  readonly jobsDirectory: string;
  /** `namespace/name@version`, exact. */
  readonly capability: string;
  readonly validator: ContractValidator;
  readonly price: PriceSheet;
  readonly payment: JobPayment;
  readonly onDisconnect: OnDisconnect;
  readonly deadline: number;
  readonly acceptedAt: number;
  /** The worker that its row names; empty while it waits. */
  readonly workerId: string;
  /** Who asks, for fairness between callers. */
  readonly caller: string;
  readonly uploads: readonly PartUpload[];
  /** Addresses in the input. */
  readonly uris: readonly string[];
  readonly queue: SlotQueue;
  /** The worker that takes jobs now. */
  worker(): HostedWorker | undefined;
}
