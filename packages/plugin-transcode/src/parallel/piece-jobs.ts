import { fileBlob, type RunInput } from '@byoc/core/gateway';
import type { transcode } from '../capability.ts';
import type { ParallelInput } from './parallel-input.ts';
import type { SourcePieces } from './prepare-pieces.ts';
import { SOUND_SIDE } from './split-arguments.ts';

/** One ordinary job of video/transcode. */
export interface PieceJob {
  /** Also a folder's name. */
  readonly name: string;
  readonly kind: 'chunk' | 'sound' | 'thumbnails';
  readonly input: RunInput<typeof transcode>;
  /** The file that it is about, when nothing else needs it. */
  readonly piece: string | undefined;
  /** Frames that each rendition must have; 0 where none are kept. */
  readonly frames: number;
  /** Its share of the cost limit, beside those of the others. */
  readonly weight: number;
}

/** The folder of segments in every job, and in the result. */
export function segmentFolder({ hls }: ParallelInput): string {
  return hls === undefined ? 'segments' : (hls.name ?? 'hls');
}

/** Pieces are joined, so all must come from the same encoder, whatever cards the machines have. */
function ownEncoder(video: ParallelInput['video']): ParallelInput['video'] {
  const { hardware = 'auto' } = video ?? {};
  return { ...(video ?? { codec: 'h264' }), hardware: hardware === 'auto' ? 'never' : hardware };
}

/** The jobs for the pieces of a source: those that take longest first. Pure. */
export function pieceJobs(input: ParallelInput, pieces: SourcePieces): PieceJob[] {
  const { video, audio, ladder, quality } = input;
  const { when, sounds } = pieces;
  // Each piece alone would see too little to tell fields from whole pictures.
  const picture = { ...input.picture, deinterlace: { ...input.deinterlace, when } };
  const hls = { kind: 'hls' as const, ...input.hls, name: segmentFolder(input) };
  const frames = pieces.chunks.reduce((sum, chunk) => sum + chunk.frames, 0);
  const jobs: PieceJob[] = [];
  if (input.thumbnails.length > 0) {
    const job = {
      source: fileBlob(input.path),
      outputs: [...input.thumbnails],
      audio: { codec: 'none' as const },
      ...(input.picture === undefined ? {} : { picture: input.picture }),
    };
    jobs.push({ name: 'thumbnails', kind: 'thumbnails', input: job, piece: undefined, frames: 0, weight: frames / 50 });
  }
  if (pieces.sound !== undefined) {
    const job = {
      source: fileBlob(pieces.sound),
      outputs: [hls],
      ladder: [{ name: 'none', width: SOUND_SIDE, height: SOUND_SIDE }],
      video: { codec: 'h264' as const, preset: 'ultrafast' as const, keyframeSeconds: video?.keyframeSeconds ?? 2 },
      // Names are for its warnings: those of the result are chosen here.
      audio: { ...audio, tracks: sounds.map(({ label }, track) => ({ track, name: label.slice(0, 64) })) },
    };
    jobs.push({ name: 'sound', kind: 'sound', input: job, piece: pieces.sound, frames: 0, weight: frames / 50 });
  }
  for (const chunk of pieces.chunks) {
    const job = {
      source: fileBlob(chunk.path),
      outputs: [hls],
      audio: { codec: 'none' as const },
      ...(ladder === undefined ? {} : { ladder }),
      video: ownEncoder(video),
      ...(quality === undefined ? {} : { quality }),
      picture,
    };
    const name = `chunk-${String(chunk.number).padStart(5, '0')}`;
    jobs.push({ name, kind: 'chunk', input: job, piece: chunk.path, frames: chunk.frames, weight: chunk.frames });
  }
  return jobs;
}
