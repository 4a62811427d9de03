import { ByocError, isByocError } from '@byoc/core';
import type { Gateway, RunFrame, RunOptions } from '@byoc/core/gateway';
import { transcode } from '../capability.ts';
import { pickSeat } from './pick-seat.ts';
import type { PieceJob } from './piece-jobs.ts';
import { type DonePiece, runPiece } from './run-piece.ts';

export interface RunPiecesOptions {
  readonly run: Pick<RunOptions, 'where' | 'maxPrice' | 'orchestrator' | 'orderBy' | 'traceparent'>;
  readonly parallel: number;
  /** Tries of one piece at most. */
  readonly attemptsMax: number;
  readonly maxCostWei: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly deadline: number;
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onFrame: (job: PieceJob, frame: RunFrame) => void;
  readonly onDone: (done: DonePiece) => Promise<void>;
}

interface Waiting {
  readonly job: PieceJob;
  readonly avoid: Set<string>;
  attempts: number;
  leftWei: bigint;
}

/**
 * Runs all jobs, several at once, no more at an orchestrator than it has slots. A job whose orchestrator fails goes to another one. The
 * first failure for good ends all others, and is thrown once they are gone.
 */
export async function runPieces(
  gateway: Gateway,
  jobs: readonly PieceJob[],
  options: RunPiecesOptions,
): Promise<DonePiece[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const weights = jobs.reduce((sum, { weight }) => sum + Math.max(1, Math.round(weight)), 0);
  const waiting: Waiting[] = jobs.map((job) => {
    const share = BigInt(Math.max(1, Math.round(job.weight)));
    return { job, avoid: new Set(), attempts: 0, leftWei: (options.maxCostWei * share) / BigInt(weights) };
  });
  const done = new Map<string, DonePiece>();
  const taken = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const offers = () => gateway.query({ capability: `${transcode.name}@^${transcode.version}`, ...options.run });

  const start = (item: Waiting, url: string | undefined) => {
    item.attempts += 1;
    if (url !== undefined) taken.set(url, (taken.get(url) ?? 0) + 1);
    let used = url;
    const onFrame = (frame: RunFrame) => {
      if (frame.type === 'accepted') used = frame.orchestrator.url;
      options.onFrame(item.job, frame);
    };
    const { directory, deadline } = options;
    const run = { ...options.run, ...(url === undefined ? {} : { orchestrator: url }), directory, signal, onFrame };
    const work = runPiece(gateway, item.job, {
      ...run,
      maxCostWei: item.leftWei,
      deadlineMs: Math.max(1, deadline - Date.now()),
    })
      .then(async (piece) => {
        done.set(item.job.name, piece);
        await options.onDone(piece);
      })
      .catch((error: unknown) => {
        if (signal.aborted || !mayRepeat(error, item, options)) throw error;
        item.leftWei -= BigInt((error as ByocError).charged?.amountWei ?? '0');
        if (used !== undefined) item.avoid.add(used);
        waiting.unshift(item);
      })
      .catch((error: unknown) => stop.abort(error))
      .finally(() => {
        if (url !== undefined) taken.set(url, (taken.get(url) ?? 1) - 1);
        running.delete(work);
      });
    running.add(work);
  };

  while (!signal.aborted && (waiting.length > 0 || running.size > 0)) {
    while (waiting.length > 0 && running.size < options.parallel) {
      const [next] = waiting as [Waiting];
      const seat = pickSeat(offers(), taken, next.avoid);
      // With every slot taken by us a further job would only wait in a queue, for at most as long as the queue allows.
      if (seat === undefined && running.size > 0) break;
      waiting.shift();
      start(next, seat);
    }
    await Promise.race(running);
  }
  await Promise.all(running);
  if (stop.signal.aborted && !options.signal.aborted) throw stop.signal.reason;
  if (options.signal.aborted) throw cancelled(options.signal);
  return jobs.map(({ name }) => done.get(name) as DonePiece);
}

/** Whether another orchestrator may do better: nothing of a piece that failed is kept. */
function mayRepeat(error: unknown, item: Waiting, { attemptsMax, deadline }: RunPiecesOptions): boolean {
  if (!isByocError(error) || item.attempts >= attemptsMax || Date.now() >= deadline) return false;
  if (isByocError(error, 'JOB_DEADLINE_EXCEEDED')) return false;
  // An orchestrator that vanished before the job began leaves no offer of its own, but perhaps one of another.
  return ['retry-other', 'retry-same'].includes(error.recovery) || isByocError(error, 'NO_OFFER_MATCHES');
}

function cancelled(signal: AbortSignal): unknown {
  return isByocError(signal.reason)
    ? signal.reason
    : new ByocError('JOB_CANCELLED', { jobId: 'parallel', reason: 'the caller aborted it' });
}
