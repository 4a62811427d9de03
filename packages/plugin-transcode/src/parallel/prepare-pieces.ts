import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { probeSource } from '../ffmpeg/probe-source.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import type { Fraction } from '../media/fraction.ts';
import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import { planSounds } from '../plan/plan-sounds.ts';
import { selectFrameRate } from '../plan/select-frame-rate.ts';
import type { PlannedSound } from '../plan/transcode-plan.ts';
import { type CutChunk, cutChunks } from './cut-chunks.ts';
import type { ParallelInput } from './parallel-input.ts';
import { segmentFolder } from './piece-jobs.ts';
import { planChunks } from './plan-chunks.ts';
import { scanPictures } from './scan-pictures.ts';
import { type SettledFields, settleFields } from './settle-fields.ts';
import { lateStartArguments, type PieceContainer, pieceContainers, soundArguments } from './split-arguments.ts';

/** A source cut into files. */
export interface SourcePieces extends SettledFields {
  readonly probe: MediaProbe;
  readonly bytes: number;
  readonly chunks: readonly CutChunk[];
  /** The sounds, in a file of their own; undefined when none is asked for, or there is none. */
  readonly sound: string | undefined;
  /** What the result has of them, in order. */
  readonly sounds: readonly PlannedSound[];
}

/** Why a source is not cut, in words. */
export interface NotCut {
  readonly reason: string;
}

export interface PreparePiecesInput {
  readonly found: FoundFfmpeg;
  readonly path: string;
  readonly input: ParallelInput;
  readonly parallel: number;
  readonly chunkSeconds: number | undefined;
  /** Where the files go. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Cuts a source at keyframes. Nothing is encoded. @throws TranscodeFailure when it can't be read */
export async function preparePieces(options: PreparePiecesInput): Promise<SourcePieces | NotCut> {
  const { found, path, input, signal, directory } = options;
  const { size: bytes } = await stat(path);
  const probe = await probeSource(found, path, { signal });
  const { video, audio } = probe;
  if (video === undefined) return { reason: 'the source has no moving pictures' };
  if (input.subtitles && probe.texts.length > 0)
    return { reason: 'it has subtitles; `subtitles.tracks: "none"` leaves them out' };
  const fields = await settleFields(found, path, { settings: input, probe, video }, signal);
  if ('reason' in fields) return fields;
  const sounds = planSounds(input.audio, probe, { folder: segmentFolder(input), hls: undefined }, new Map());
  const scan = await scanPictures(found, path, { video, sounds }, signal);
  if (scan.unsuitable !== undefined) return { reason: `${scan.unsuitable}` };
  const index = scan.index();
  const hertz = ({ num, den }: Fraction) => num / den;
  const sourceRate = hertz(selectFrameRate(video));
  const frameRate = selectFrameRate(video, input.video?.maxFrameRate);
  const rate = hertz(frameRate);
  const gop = Math.max(1, Math.round(rate * (input.video?.keyframeSeconds ?? 2)));
  const chunks = planChunks({ index, sourceRate, rate, keyframeFrames: gop, ...options });
  if (chunks.length < 2) return { reason: 'it has no keyframe in the middle where it can be cut' };

  await mkdir(directory, { recursive: true });
  const containers = pieceContainers(probe.format);
  const copy = (argsOf: (container: PieceContainer) => string[]) => copyInto(found, containers, argsOf, signal);
  const late = Math.round(index.startSeconds * rate);
  const cut = { path, video, index, chunks, containers, framesPerPicture: rate / sourceRate, late, directory };
  const files = await cutChunks(found, cut, signal);
  if (files === undefined) return { reason: 'the ffmpeg here does not cut it exactly' };
  const [first] = files;
  if (late > 0 && first !== undefined) {
    const packets = files[1]?.firstPacket ?? index.packets;
    if (audio === undefined) return { reason: 'its pictures start late' };
    const until = { packets, seconds: index.startSeconds + packets / sourceRate };
    const streams = { video, sounds: sounds.length === 0 ? [audio] : sounds };
    await copy((container) => lateStartArguments(path, streams, until, container, first.path));
    if (!(await startsLate(found, first.path, { late, packets, rate, signal })))
      return { reason: 'its pictures start late' };
  }
  if (fields.when === 'always' && first !== undefined) {
    const piece = await probeSource(found, first.path, { signal });
    if (piece.video?.fieldOrder !== video.fieldOrder) return { reason: 'its pieces would not say how its fields lie' };
  }
  const sound = sounds.length === 0 ? undefined : join(directory, 'sound');
  if (sound !== undefined) {
    const seconds = probe.durationSeconds ?? index.pictures / sourceRate;
    // One small picture a keyframe interval: then the segments of the sound are as long as they are in one job.
    const pictures = { seconds, rate: { num: frameRate.num, den: frameRate.den * gop } };
    await copy((container) => soundArguments(path, { video, sounds }, pictures, container, sound));
  }
  return { probe, bytes, chunks: files, sound, sounds, ...fields };
}

/** Copies into the first container that takes the codecs. */
async function copyInto(
  found: FoundFfmpeg,
  containers: readonly PieceContainer[],
  argsOf: (container: PieceContainer) => string[],
  signal: AbortSignal,
): Promise<void> {
  const { launcher, ffmpeg } = found;
  for (const [at, container] of containers.entries()) {
    const ended = await runProgram(ffmpeg.path, argsOf(container), { signal, launcher });
    if (ended.exitCode === 0) return;
    if (at === containers.length - 1) throw mapFailure(ended.stderr, ended);
  }
}

async function startsLate(
  found: FoundFfmpeg,
  path: string,
  expected: { late: number; packets: number; rate: number; signal: AbortSignal },
): Promise<boolean> {
  const probe = await probeSource(found, path, { signal: expected.signal });
  const streams = { video: probe.video as VideoStream, sounds: probe.sounds };
  const scan = await scanPictures(found, path, streams, expected.signal);
  const { startSeconds, packets } = scan.index();
  return packets === expected.packets && Math.round(startSeconds * expected.rate) === expected.late;
}
