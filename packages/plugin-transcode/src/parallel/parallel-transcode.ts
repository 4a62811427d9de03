import type { JobResult, RunFrame, RunOptions } from '@byoc/core/gateway';
import type { TranscodeOutput } from '../capability/output.ts';
import type { TranscodeProof } from '../proof/verify-transcode.ts';

/** How to spread a transcode over several jobs. */
export interface ParallelOptions
  extends Pick<
    RunOptions,
    'where' | 'maxPrice' | 'orchestrator' | 'orderBy' | 'traceparent' | 'signal' | 'deadlineMs' | 'maxCostWei'
  > {
  /** Jobs at once, at most; never more than the orchestrators have slots. @default 4 */
  readonly parallel?: number | undefined;
  /** Seconds of a chunk, about. @default twice as many chunks as jobs at once, of 15 to 300 s */
  readonly chunkSeconds?: number | undefined;
  /** Tries of one piece at most, each at another orchestrator where there is one. @default 3 */
  readonly attemptsMax?: number | undefined;
  /** A folder for the pieces: about twice the source and the result. @default the system's folder for temporary files */
  readonly workDirectory?: string | undefined;
  /** The ffmpeg that cuts and packages here. @default BYOC_FFMPEG, then PATH, then the build that npm ships */
  readonly ffmpegPath?: string | undefined;
}

/** One of the jobs. */
export type PieceFacts = Pick<JobResult, 'jobId' | 'orchestrator' | 'plugin' | 'usage' | 'receipt'> & {
  /** `chunk-00000`, `sound`, `thumbnails`, or `whole` when it was not cut. */
  readonly piece: string;
};

/** What it gives: as one job, with the facts of all. */
export interface ParallelResult
  extends Pick<JobResult<TranscodeOutput>, 'output' | 'usage' | 'parts' | 'download' | 'file'> {
  /** Every job that was billed for. */
  readonly jobs: readonly PieceFacts[];
  /** Bill against files, of every job; undefined when it was not cut: then count what `download` fetched. */
  readonly proof: TranscodeProof | undefined;
}

/** A transcode that runs as several jobs. Iterating is optional. */
export interface ParallelTranscode extends AsyncIterable<RunFrame>, AsyncDisposable {
  readonly result: Promise<ParallelResult>;
  /** Ends every job; `result` rejects with JOB_CANCELLED. */
  cancel(reason?: string): void;
  /** Cancels what runs, waits for it, and removes the pieces. Files that were downloaded stay. */
  close(): Promise<void>;
}
