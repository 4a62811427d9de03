import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ByocError, systemClock } from '@byoc/core';
import type { Gateway, RunFrame, RunInput } from '@byoc/core/gateway';
import { transcode } from '../capability.ts';
import { type FoundFfmpeg, findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { verifyTranscode } from '../proof/verify-transcode.ts';
import { joinPieces } from './join-pieces.ts';
import { type ParallelInput, parallelInput } from './parallel-input.ts';
import { ParallelProgress } from './parallel-progress.ts';
import type { ParallelOptions, ParallelResult } from './parallel-transcode.ts';
import { type PieceJob, pieceJobs } from './piece-jobs.ts';
import { placeFile, placeFiles } from './place-files.ts';
import { type NotCut, preparePieces, type SourcePieces } from './prepare-pieces.ts';
import type { DonePiece } from './run-piece.ts';
import { runPieces } from './run-pieces.ts';
import { runWhole } from './run-whole.ts';

export interface RunParallelOptions extends ParallelOptions {
  readonly signal: AbortSignal;
  readonly onFrame: (frame: RunFrame) => void;
  /** Takes what removes the files here. */
  readonly onDiscard: (discard: () => Promise<void>) => void;
}

const DEADLINE_MS = 600_000;

/** Cuts, encodes and joins; leaves nothing when it fails. */
export async function runParallel(
  gateway: Gateway,
  input: RunInput<typeof transcode>,
  options: RunParallelOptions,
): Promise<ParallelResult> {
  const { signal, onFrame } = options;
  const deadline = systemClock.now() + (options.deadlineMs ?? DEADLINE_MS);
  const sorted = parallelInput(input);
  if ('reason' in sorted) return runWhole(gateway, input, sorted.reason, deadline, options);
  const directory = await mkdtemp(join(options.workDirectory ?? tmpdir(), 'byoc-parallel-'));
  const discard = () => rm(directory, { recursive: true, force: true });
  options.onDiscard(discard);
  try {
    onFrame({ type: 'progress', progress: { stage: 'split', fraction: 0 } });
    const found = await findFfmpeg({ path: options.ffmpegPath, signal }).catch(() => undefined);
    signal.throwIfAborted();
    const pieces = await prepare(sorted, found, join(directory, 'source'), options);
    if (found === undefined || 'reason' in pieces) {
      await discard();
      const reason = 'reason' in pieces ? pieces.reason : 'this machine has no ffmpeg to cut it';
      return await runWhole(gateway, input, reason, deadline, options);
    }
    const done = await encode(gateway, pieceJobs(sorted, pieces), { ...options, deadline, directory });
    onFrame({ type: 'progress', progress: { stage: 'join', fraction: 0.97 } });
    const out = join(directory, 'out');
    await mkdir(out);
    const output = await joinPieces({ found, input: sorted, pieces, done, directory: out, signal });
    const result = await describeResult(done, output, out, discard, signal);
    onFrame({ type: 'progress', progress: { stage: 'done', fraction: 1 } });
    return result;
  } catch (error) {
    await discard();
    signal.throwIfAborted();
    throw error;
  }
}

/** A source that can't be read here is left to a job: its error is the one that callers know. */
async function prepare(
  input: ParallelInput,
  found: FoundFfmpeg | undefined,
  directory: string,
  { parallel = 4, chunkSeconds, signal }: RunParallelOptions,
): Promise<SourcePieces | NotCut> {
  if (found === undefined) return { reason: 'this machine has no ffmpeg to cut it' };
  try {
    return await preparePieces({ found, path: input.path, input, parallel, chunkSeconds, directory, signal });
  } catch (error) {
    signal.throwIfAborted();
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (error instanceof TranscodeFailure && error.reason === 'disk-full') throw diskFull(error);
    if (!(error instanceof TranscodeFailure) && !isMissing) throw error;
    return { reason: 'it could not be cut here' };
  }
}

async function encode(
  gateway: Gateway,
  jobs: readonly PieceJob[],
  options: RunParallelOptions & { deadline: number; directory: string },
): Promise<DonePiece[]> {
  const { where, maxPrice, orchestrator, orderBy, traceparent, onFrame } = options;
  // Without offers in its index it could not know how many jobs fit.
  if (gateway.query({ capability: transcode.name }).length === 0) await ready(gateway, options.signal);
  const progress = new ParallelProgress(jobs, () => systemClock.now());
  return runPieces(gateway, jobs, {
    run: { where, maxPrice, orchestrator, orderBy, traceparent },
    parallel: Math.max(1, options.parallel ?? 4),
    attemptsMax: options.attemptsMax ?? 3,
    maxCostWei: options.maxCostWei ?? 0n,
    deadline: options.deadline,
    directory: options.directory,
    signal: options.signal,
    onFrame(job, frame) {
      const told = progress.take(job, frame);
      if (told !== undefined) onFrame(told);
    },
    async onDone({ job }) {
      onFrame(progress.finish(job));
      if (job.piece !== undefined) await rm(job.piece, { force: true });
    },
  });
}

async function ready(gateway: Gateway, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([gateway.ready(), aborted.promise]);
  signal.removeEventListener('abort', onAbort);
}

async function describeResult(
  done: readonly DonePiece[],
  output: ParallelResult['output'],
  out: string,
  discard: () => Promise<void>,
  signal: AbortSignal,
): Promise<ParallelResult> {
  const usage = { pixels: done.reduce((sum, { result }) => sum + (result.usage.pixels ?? 0n), 0n) };
  const names = (await readdir(out, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)))
    .sort();
  const unhashed = names.map((name) => ({ name, sha256: '' }));
  const chunks = done.filter(({ job }) => job.kind === 'chunk');
  const kept = { pixels: chunks.reduce((sum, { result }) => sum + (result.usage.pixels ?? 0n), 0n) };
  const joined = await verifyTranscode({ output, usage: kept, parts: unhashed }, { directory: out, signal });
  const mismatches = [
    ...done.flatMap(({ job, proof }) => proof.mismatches.map((text) => `${job.name}: ${text}`)),
    ...joined.mismatches,
  ];
  const counted = { pixels: done.reduce((sum, { proof }) => sum + proof.usage.pixels, 0n) };
  const proof = { ...joined, usage: counted, billed: usage, mismatches, matches: mismatches.length === 0 };
  const parts = joined.files.map((file) => ({ ...file, mediaType: '' }));
  return {
    output: transcode.schemas.output.parse(output),
    usage,
    parts,
    proof,
    jobs: done.map(({ job, result }) => {
      const { jobId, orchestrator, plugin, usage: own, receipt } = result;
      return { piece: job.name, jobId, orchestrator, plugin, usage: own, receipt };
    }),
    async download(directory, options) {
      await placeFiles(out, names, directory, options);
      await discard();
    },
    async file(name, path, options = {}) {
      if (!names.includes(name)) throw new ByocError('PART_NOT_FOUND', { jobId: 'parallel', part: name });
      await stat(join(out, name));
      await placeFile(join(out, name), path, options.replace === true);
    },
  };
}

function diskFull(cause: TranscodeFailure): ByocError {
  const { reason, message, hint } = cause;
  return new ByocError(
    'JOB_FAILED',
    { jobId: 'parallel', reason, message: `${message}.`, hint, recovery: 'give-up' },
    { cause },
  );
}
