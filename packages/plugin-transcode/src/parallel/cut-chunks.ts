import { join } from 'node:path';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { probeSource } from '../ffmpeg/probe-source.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import type { VideoStream } from '../media/media-probe.ts';
import type { TranscodeFailure } from '../media/transcode-failure.ts';
import { selectFrameRate } from '../plan/select-frame-rate.ts';
import type { PictureIndex } from './picture-scan.ts';
import type { Chunk } from './plan-chunks.ts';
import { scanPictures } from './scan-pictures.ts';
import { type PieceContainer, splitArguments } from './split-arguments.ts';

/** A chunk in a file of its own. */
export type CutChunk = Chunk & { readonly path: string };

export interface CutChunksInput {
  readonly path: string;
  readonly video: VideoStream;
  readonly index: PictureIndex;
  readonly chunks: readonly Chunk[];
  /** To try, best first. */
  readonly containers: readonly PieceContainer[];
  /** Frames of the renditions for a picture of the source. */
  readonly framesPerPicture: number;
  /** Frames for which the first picture is shown before its time. */
  readonly late: number;
  readonly directory: string;
}

/**
 * Copies the chunks into files, and reads each back: some versions of ffmpeg write other times or rates into some containers. Undefined
 * when no container keeps them. @throws TranscodeFailure when they can't be written
 */
export async function cutChunks(
  found: FoundFfmpeg,
  input: CutChunksInput,
  signal: AbortSignal,
): Promise<CutChunk[] | undefined> {
  const { path, video, chunks, containers, directory } = input;
  const files = chunks.map((chunk) => ({
    ...chunk,
    path: join(directory, `chunk-${String(chunk.number).padStart(5, '0')}`),
  }));
  const { launcher, ffmpeg } = found;
  let failure: TranscodeFailure | undefined;
  for (const container of containers) {
    const args = splitArguments(path, video, chunks, container, join(directory, 'chunk-%05d'));
    const ended = await runProgram(ffmpeg.path, args, { signal, launcher });
    failure = ended.exitCode === 0 ? undefined : mapFailure(ended.stderr, ended);
    if (failure === undefined && (await areExact(found, files, input, signal))) return files;
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

async function areExact(
  found: FoundFfmpeg,
  files: readonly CutChunk[],
  { video, index, framesPerPicture, late }: CutChunksInput,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { path, number, firstPacket, frames } of files) {
    const { video: piece } = await probeSource(found, path, { signal });
    if (piece === undefined || !sameRate(piece, video)) return false;
    const scan = await scanPictures(found, path, { video: piece, sounds: [] }, signal);
    const own = scan.index();
    const packets = (files[number + 1]?.firstPacket ?? index.packets) - firstPacket;
    const made = Math.round(own.pictures * framesPerPicture) + (number === 0 ? late : 0);
    if (scan.unsuitable !== undefined || own.packets !== packets || made !== frames) return false;
  }
  return true;
}

/** A job makes its renditions at the rate that it finds. */
function sameRate(one: VideoStream, other: VideoStream): boolean {
  const [{ num, den }, expected] = [selectFrameRate(one), selectFrameRate(other)];
  return num * expected.den === den * expected.num;
}
