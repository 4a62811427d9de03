import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByocError } from '@byoc/core';
import type { OutputResult, RenditionResult, SoundResult, TranscodeOutput } from '../capability/output.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import { readStream, type StreamFacts } from '../job/read-stream.ts';
import { writeHls } from '../packaging/write-hls.ts';
import { planPackageMp4 } from '../plan/plan-package-mp4.ts';
import { streamAt } from '../plan/stream-at.ts';
import type { PlannedSound } from '../plan/transcode-plan.ts';
import { joinQuality } from './join-quality.ts';
import { joinStream, PiecesDiffer, type StreamPiece } from './join-stream.ts';
import type { ParallelInput } from './parallel-input.ts';
import { segmentFolder } from './piece-jobs.ts';
import type { SourcePieces } from './prepare-pieces.ts';
import type { DonePiece } from './run-piece.ts';

export interface JoinPiecesInput {
  readonly found: FoundFfmpeg;
  readonly input: ParallelInput;
  readonly pieces: SourcePieces;
  readonly done: readonly DonePiece[];
  /** The joined files go here; those of the pieces are used up. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

const HLS = 'application/vnd.apple.mpegurl';
const part = (name: string, mediaType: string) => ({ $part: name, mediaType });

/** Makes of all pieces what one job would have made. @throws ByocError PARALLEL_PIECE_UNFIT */
export async function joinPieces(options: JoinPiecesInput): Promise<TranscodeOutput> {
  const { input, pieces, done, directory, signal, found } = options;
  const chunks = done.filter(({ job }) => job.kind === 'chunk');
  const first = (chunks[0] as DonePiece).result.output;
  for (const chunk of chunks) checkAlike(chunk, first.renditions);
  const folder = segmentFolder(input);
  const parts = chunks.map((chunk) => ({ directory: chunk.directory, frames: chunk.job.frames }));
  const facts: StreamFacts[] = [];
  for (const rendition of first.renditions)
    facts.push(await joinOne(directory, streamAt(`${folder}/${rendition.name}`), parts, chunks, signal));
  const sounds = await takeSounds(options);
  const renditions = first.renditions.map((rendition, at) => joinRendition(options, { folder, facts }, rendition, at));
  const streams = {
    pictures: renditions.map(({ name }, at) => {
      return { name, stream: streamAt(`${folder}/${name}`), facts: facts[at] as StreamFacts };
    }),
    sounds: sounds.map(({ plan, facts: own }) => ({ ...plan, stream: plan, facts: own })),
    texts: [],
  };
  const outputs: OutputResult[] = [];
  const hls = first.outputs.find((output) => output.kind === 'hls');
  if (input.hls !== undefined && hls !== undefined) {
    const { iFrames = true, soundAlone = false } = input.hls;
    outputs.push(
      await writeHls({
        directory,
        hls: { name: folder, master: `${folder}/master.m3u8`, container: 'fmp4', iFrames, soundAlone },
        streams,
        segmentSeconds: hls.segmentSeconds,
      }),
    );
  }
  if (input.mp4 !== undefined) {
    const name = mp4Name(input);
    await mkdir(join(directory, name), { recursive: true });
    for (const rendition of renditions) {
      if (rendition.mp4 === undefined) continue;
      const packaged = {
        renditions: streams.pictures.map(({ name, stream }) => ({ ...stream, name })),
        sounds: pieces.sounds,
      };
      const args = planPackageMp4(packaged, { rendition: rendition.name, file: rendition.mp4.$part });
      const ended = await runProgram(found.ffmpeg.path, args, { signal, cwd: directory, launcher: found.launcher });
      if (ended.exitCode !== 0) throw mapFailure(ended.stderr, ended);
    }
    outputs.push({ kind: 'mp4', name, files: renditions.flatMap(({ mp4 }) => mp4 ?? []) });
  }
  const pictures = done.find(({ job }) => job.kind === 'thumbnails');
  for (const output of pictures?.result.output.outputs ?? []) {
    if (pictures !== undefined) await rename(join(pictures.directory, output.name), join(directory, output.name));
    outputs.push(output);
  }
  if (input.hls === undefined) await rm(join(directory, folder), { recursive: true, force: true });
  const results = sounds.map(({ plan, facts: own, claimed }) =>
    describeSound(plan, own, claimed, input.hls !== undefined),
  );
  const counted = chunks.reduce((sum, { result }) => sum + BigInt(result.output.usage.pixels), 0n);
  return {
    ...first,
    source: describeSource(options, first),
    renditions,
    ...(results[0] === undefined ? {} : { audio: results[0] }),
    sounds: results,
    subtitles: [],
    outputs,
    usage: { ...first.usage, pixels: String(counted) },
    warnings: [...new Set([...pieces.warnings, ...done.flatMap(({ result }) => result.output.warnings)])],
  };
}

interface Whole {
  readonly folder: string;
  readonly facts: readonly StreamFacts[];
}

/** A ladder that was chosen piece by piece must have come out the same. */
function checkAlike({ job, result }: DonePiece, expected: readonly RenditionResult[]): void {
  const shape = (renditions: readonly RenditionResult[]) =>
    renditions.map(({ name, width, height, frameRate }) => `${name} ${width}x${height} at ${frameRate}`).join(', ');
  const [own, other] = [shape(result.output.renditions), shape(expected)];
  if (own === other) return;
  throw unfit(job.name, result.orchestrator.url, `it has ${own}, and the first one ${other}`);
}

async function joinOne(
  directory: string,
  stream: ReturnType<typeof streamAt>,
  pieces: readonly StreamPiece[],
  chunks: readonly DonePiece[],
  signal: AbortSignal,
): Promise<StreamFacts> {
  try {
    await joinStream(directory, stream, pieces, signal);
  } catch (error) {
    if (!(error instanceof PiecesDiffer)) throw error;
    const chunk = chunks[error.piece] as DonePiece;
    throw unfit(chunk.job.name, chunk.result.orchestrator.url, error.message);
  }
  return readStream(directory, stream, signal);
}

interface TakenSound {
  readonly plan: PlannedSound;
  readonly facts: StreamFacts;
  /** By the job that encoded it. */
  readonly claimed: SoundResult;
}

async function takeSounds({ pieces, done, directory, signal }: JoinPiecesInput): Promise<TakenSound[]> {
  const piece = done.find(({ job }) => job.kind === 'sound');
  if (piece === undefined) return [];
  const taken: TakenSound[] = [];
  for (const [at, plan] of pieces.sounds.entries()) {
    const claimed = piece.result.output.sounds[at];
    if (claimed === undefined)
      throw unfit(piece.job.name, piece.result.orchestrator.url, `it has no sound ${plan.label}`);
    await mkdir(dirname(join(directory, plan.directory)), { recursive: true });
    await rename(join(piece.directory, plan.directory), join(directory, plan.directory));
    taken.push({ plan, facts: await readStream(directory, plan, signal), claimed });
  }
  return taken;
}

/** Named as in one job: the file of a piece may have lost its names on the way. */
function describeSound(
  { playlist, label, language }: PlannedSound,
  { seconds, bitrate }: StreamFacts,
  claimed: SoundResult,
  isPublished: boolean,
): SoundResult {
  const { codec, channels, sampleRate, loudness } = claimed;
  const durationMs = Number((seconds * 1000).toFixed(3));
  return {
    ...{ codec, channels, sampleRate, durationMs, bitrate, label },
    ...(language === undefined ? {} : { language }),
    ...(loudness === undefined ? {} : { loudness }),
    ...(isPublished ? { playlist: part(playlist, HLS) } : {}),
  };
}

function joinRendition(
  { done, input }: JoinPiecesInput,
  { folder, facts }: Whole,
  rendition: RenditionResult,
  at: number,
): RenditionResult {
  const { samples, seconds, bitrate, peakBitrate, bytes } = facts[at] as StreamFacts;
  const same = done.flatMap(({ job, result }) => (job.kind === 'chunk' ? (result.output.renditions[at] ?? []) : []));
  const { playlist: _playlist, psnr: _psnr, ssim: _ssim, vmaf: _vmaf, ...kept } = rendition;
  const largest = facts.every(({ init }) => init.width * init.height <= rendition.width * rendition.height);
  const firstLargest =
    largest && facts.findIndex(({ init }) => init.width === rendition.width && init.height === rendition.height) === at;
  const hasMp4 = input.mp4 !== undefined && (input.mp4.renditions !== 'largest' || firstLargest);
  return {
    ...kept,
    frames: samples,
    durationMs: Number((seconds * 1000).toFixed(3)),
    bitrate,
    peakBitrate,
    bytes,
    ...(input.hls === undefined ? {} : { playlist: part(`${folder}/${rendition.name}/index.m3u8`, HLS) }),
    ...(hasMp4 ? { mp4: part(`${mp4Name(input)}/${rendition.name}.mp4`, 'video/mp4') } : {}),
    ...joinQuality(same),
  };
}

function mp4Name({ mp4 }: ParallelInput): string {
  return mp4?.name ?? 'mp4';
}

function describeSource({ pieces }: JoinPiecesInput, { source }: TranscodeOutput): TranscodeOutput['source'] {
  const { probe, bytes } = pieces;
  const durationMs = Number(((probe.durationSeconds ?? 0) * 1000).toFixed(3));
  const { audio } = probe;
  const sound = audio && { codec: audio.codec, channels: audio.channels, sampleRate: audio.sampleRate };
  return { ...source, format: probe.format, durationMs, bytes, ...(sound === undefined ? {} : { audio: sound }) };
}

function unfit(piece: string, orchestrator: string, reason: string): ByocError {
  return new ByocError('PARALLEL_PIECE_UNFIT', { piece, orchestrator, reason });
}
