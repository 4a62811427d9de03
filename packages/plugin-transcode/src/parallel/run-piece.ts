import { join } from 'node:path';
import { ByocError } from '@byoc/core';
import type { Gateway, JobResult, RunFrame, RunOptions } from '@byoc/core/gateway';
import type { TranscodeOutput } from '../capability/output.ts';
import { transcode } from '../capability.ts';
import { type TranscodeProof, verifyTranscode } from '../proof/verify-transcode.ts';
import type { PieceJob } from './piece-jobs.ts';

/** A job that went well, its files fetched. */
export interface DonePiece {
  readonly job: PieceJob;
  readonly result: JobResult<TranscodeOutput>;
  readonly directory: string;
  readonly proof: TranscodeProof;
}

export interface RunPieceOptions extends RunOptions {
  readonly signal: AbortSignal;
  /** Its files go into a folder of its name here. */
  readonly directory: string;
  readonly onFrame: (frame: RunFrame) => void;
}

/** Runs one job, fetches its files and counts what they hold. Tried once. */
export async function runPiece(gateway: Gateway, job: PieceJob, options: RunPieceOptions): Promise<DonePiece> {
  const { onFrame, directory: root, ...runOptions } = options;
  const { signal } = options;
  // Attaching again would only wait for the files of a piece that another orchestrator makes anew.
  const running = gateway.run(transcode, job.input, { ...runOptions, onDisconnect: 'cancel' });
  try {
    for await (const frame of running) onFrame(frame);
    const result = await running.result;
    const directory = join(root, job.name);
    await result.download(directory, { signal, replace: true });
    const proof = await verifyTranscode(result, { directory, signal });
    if (job.kind === 'chunk') checkFrames(job, result);
    return { job, result, directory, proof };
  } finally {
    await running.close();
  }
}

function checkFrames(job: PieceJob, { output, orchestrator }: JobResult<TranscodeOutput>): void {
  const other = output.renditions.find(({ frames }) => frames !== job.frames);
  if (other === undefined && output.renditions.length > 0) return;
  const reason =
    other === undefined
      ? 'it has no renditions'
      : `rendition ${other.name} has ${other.frames} frames instead of ${job.frames}`;
  throw new ByocError('PARALLEL_PIECE_UNFIT', { piece: job.name, orchestrator: orchestrator.url, reason });
}
