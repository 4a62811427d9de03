/** What an operator lets jobs use. Every field is optional in `createOrchestrator`'s `limits`. */
export interface JobLimits {
  /** Jobs that may wait for a slot of one plugin. @default 64 */
  readonly queueLimit: number;
  /** How long a job may wait for a slot, ms. @default 30000 */
  readonly queueWaitMs: number;
  /** How long a job may wait for its parts, ms. @default 600000 */
  readonly partsWaitMs: number;
  /** The latest deadline of a job, ms from now; later ones are cut to it. @default 86400000 */
  readonly deadlineMaxMs: number;
  /** Bytes of all parts of one job that do not come in chunks. @default 16 GiB */
  readonly partsBytesMax: number;
  /** Parts of one job that do not come in chunks. @default 256 */
  readonly partsMax: number;
  /** How long fetching one address may take, ms. @default 300000 */
  readonly uriTimeoutMs: number;
  /** Fetches from private, loopback and link-local addresses too. For tests and closed networks. @default false */
  readonly allowPrivateAddresses: boolean;
  /** How long a handler may take to stop after a cancel or its deadline, ms. @default 2000 */
  readonly cancelGraceMs: number;
  /** How long output files are kept when nobody deletes them, ms. @default 600000 */
  readonly retentionMs: number;
  /** How long the row of an ended job is kept, ms: until then its caller learns how it ended. Receipts are kept. @default 604800000 */
  readonly historyMs: number;
  /** How long a job that goes on without its caller waits for it to come back, ms; then it is cancelled. @default 60000 */
  readonly detachedMs: number;
  /** How long a job that has used up its payment waits for more, ms; then it ends, and what was covered is charged. @default 10000 */
  readonly topUpWaitMs: number;
  /** After a restart: how long a job that must not outlive its caller waits for it to come back, ms. @default 30000 */
  readonly reattachMs: number;
}

export const defaultJobLimits: JobLimits = {
  queueLimit: 64,
  queueWaitMs: 30_000,
  partsWaitMs: 600_000,
  deadlineMaxMs: 86_400_000,
  partsBytesMax: 16 * 1024 ** 3,
  partsMax: 256,
  uriTimeoutMs: 300_000,
  allowPrivateAddresses: false,
  cancelGraceMs: 2_000,
  retentionMs: 600_000,
  historyMs: 604_800_000,
  detachedMs: 60_000,
  topUpWaitMs: 10_000,
  reattachMs: 30_000,
};
