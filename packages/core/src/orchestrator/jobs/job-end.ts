import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { ErrorCode, FactsOf } from '../../errors/catalogue/index.ts';
import type { JobOutcome, ReceiptBytes, Usage } from '../../payment/payment-provider.ts';
import type { OrchestratorFrame, OutputPart } from '../../protocol/frames.ts';
import type { JobEndRow } from '../store/job-rows.ts';

/** How a job ended, before it was settled. */
export type JobEnding =
  | {
      readonly type: 'result';
      readonly outputJson: Uint8Array;
      readonly parts: readonly OutputPart[];
      /** Of the models that made it. */
      readonly modelDigests: readonly string[];
    }
  | { readonly type: 'error'; readonly error: ByocError };

/** Errors that are the orchestrator's or the plugin's own fault, although no other try would mend them. */
const faults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['FRAME_OUT_OF_ORDER', 'FRAME_MALFORMED', 'FRAME_TOO_LARGE'] as const),
  ...(['DATA_DIRECTORY_CORRUPT', 'DATA_DIRECTORY_UNREADABLE'] as const),
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

/** What payment is told about an ending. `stopped`: why somebody ended the job, if anybody did. */
export function outcomeOf(
  ending: JobEnding,
  { hadOutput, stopped }: { hadOutput: boolean; stopped: unknown },
): JobOutcome {
  if (ending.type === 'result') return 'succeeded';
  if (isOwnFault(ending.error, stopped)) return 'failed-by-orchestrator';
  if (!hadOutput) return 'failed-before-output';
  return isCancel(ending.error) ? 'cancelled-midway' : 'failed-midway';
}

/**
 * Whoever can mend a failure pays for it. What another orchestrator, or the same one later, would do better is the orchestrator's
 * or its worker's fault. What ended the job from outside is the caller's affair, its deadline's or its money's, save for an
 * orchestrator that closes; so is the deadline when the worker sees it first.
 */
function isOwnFault({ code, recovery }: ByocError, stopped: unknown): boolean {
  if (stopped !== undefined) return code === 'ORCHESTRATOR_CLOSING';
  if (code === 'JOB_DEADLINE_EXCEEDED') return false;
  return faults.has(code) || recovery === 'retry-other' || recovery === 'retry-same';
}

/** Tells whether an error means that somebody asked for the end. */
export function isCancel(error: ByocError): boolean {
  return error.code === 'JOB_CANCELLED' || error.code === 'CALLER_GONE';
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
