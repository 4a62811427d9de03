import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { ErrorCode, FactsOf } from '../../errors/catalogue/index.ts';
import type { JobOutcome, ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { OrchestratorFrame, OutputPart } from '../../protocol/frames.ts';
import type { JobEndRow } from '../store/job-rows.ts';
import type { AcceptedJob } from './job-context.ts';

/** How a job ended, before it was settled. */
export type JobEnding =
  | { readonly type: 'result'; readonly outputJson: Uint8Array; readonly parts: readonly OutputPart[] }
  | { readonly type: 'error'; readonly error: ByocError };

/** Errors that are the orchestrator's or the plugin's own fault: nothing is charged. */
const faults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...([
    'WORKER_LOST',
    'ORCHESTRATOR_RESTARTED',
    'ORCHESTRATOR_CLOSING',
    'INTERNAL_ERROR',
    'CAPABILITY_OUTPUT_INVALID',
  ] as const),
  ...(['JOB_OUTPUT_UNSAFE', 'FRAME_OUT_OF_ORDER', 'USAGE_DECREASED', 'FRAME_MALFORMED', 'FRAME_TOO_LARGE'] as const),
  ...(['USAGE_MISSING', 'CONNECTION_LOST', 'CONNECTION_FAILED', 'PEER_ERROR', 'JOB_CRASHED'] as const),
]);

/** Tells whether a job was ended because it was not paid for. */
export function isUnpaid(stopped: unknown): boolean {
  return isByocError(stopped, 'PAYMENT_TOP_UP_MISSING') || isByocError(stopped, 'PAYMENT_LIMIT_EXCEEDED');
}

/** A result that comes after the deadline is too late, one that is not paid for is kept, and one after a cancel is welcome. `stopped`: why somebody ended the job. */
export function orStopped(ending: JobEnding, stopped: unknown): JobEnding {
  const undone = isByocError(stopped) && (stopped.code === 'JOB_DEADLINE_EXCEEDED' || isUnpaid(stopped));
  return undone && ending.type === 'result' ? { type: 'error', error: stopped } : ending;
}

/** What payment is told about an ending. */
export function outcomeOf(ending: JobEnding, options: { hadOutput: boolean }): JobOutcome {
  if (ending.type === 'result') return 'succeeded';
  if (faults.has(ending.error.code) || isWorkersFault(ending.error)) return 'failed-by-orchestrator';
  if (!options.hadOutput) return 'failed-before-output';
  return isCancel(ending.error) ? 'cancelled-midway' : 'failed-midway';
}

/** A failure that the caller need not mend is the worker's or its operator's: a full disk, a program that crashes, a limit of theirs. */
function isWorkersFault(error: ByocError): boolean {
  return error.code === 'JOB_FAILED' && (error.recovery === 'retry-other' || error.recovery === 'retry-same');
}

/** Tells whether an error means that somebody asked for the end. */
export function isCancel(error: ByocError): boolean {
  return error.code === 'JOB_CANCELLED' || error.code === 'CALLER_GONE';
}

/** A result that does not say what was used is none: usage is never taken for zero. */
export function requireUsage(
  ending: JobEnding,
  { jobId, price, payment }: Pick<AcceptedJob, 'jobId' | 'price' | 'payment'>,
  usage: Usage,
): JobEnding {
  if (ending.type === 'error' || payment.row === undefined) return ending;
  const meters = Object.keys(price.meters).filter((meter) => usage[meter] === undefined);
  return meters.length === 0 ? ending : { type: 'error', error: new ByocError('USAGE_MISSING', { jobId, meters }) };
}

/** The row of an ending. */
export function endRow(
  ending: JobEnding,
  facts: { endedAt: number; lastSequence: number; usage: Usage; amountWei: bigint; receipt: ReceiptBytes | undefined },
): JobEndRow {
  const { receipt, ...rest } = facts;
  const failed = ending.type === 'error' ? ending.error : undefined;
  return {
    ...rest,
    state: failed === undefined ? 'succeeded' : isCancel(failed) ? 'cancelled' : 'failed',
    outputJson: ending.type === 'result' ? ending.outputJson : undefined,
    parts: ending.type === 'result' ? ending.parts : [],
    error: failed === undefined ? undefined : { code: failed.code, facts: failed.facts },
    receiptJson: receipt?.receiptJson,
    receiptSignature: receipt?.signature,
  };
}

/** The last frames of a job, made from its row: the same for the caller that waits and for one that comes later. */
export function finalFrames(end: JobEndRow): OrchestratorFrame[] {
  const frames: OrchestratorFrame[] = [];
  if (end.receiptJson !== undefined)
    frames.push({ type: 'receipt', receiptJson: end.receiptJson, signature: end.receiptSignature ?? new Uint8Array() });
  const { lastSequence: sequence, usage, parts, outputJson, error } = end;
  if (error === undefined)
    frames.push({ sequence, type: 'result', outputJson: outputJson ?? new Uint8Array(), usage, parts });
  else {
    const charged = { amountWei: end.amountWei.toString() };
    const { code, facts } = error as { code: ErrorCode; facts: FactsOf<ErrorCode> };
    frames.push({ sequence, type: 'error', error: new ByocError(code, facts, { charged }) });
  }
  return frames;
}
