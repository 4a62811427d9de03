import type { Fraction } from '../media/fraction.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import type { Chunk } from './plan-chunks.ts';

/** A container for pieces of a source: the source's own kind keeps times as they are. */
export type PieceContainer = 'mov' | 'matroska';

const QUIET = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error', '-y'];

/** Containers to try, best first. Matroska rounds times to milliseconds; mov can't hold every codec. */
export function pieceContainers(format: string): PieceContainer[] {
  return format === 'matroska' || format === 'webm' ? ['matroska', 'mov'] : ['mov', 'matroska'];
}

/** Arguments that copy the pictures of a source into one file a chunk. The pattern has a `%05d`. */
export function splitArguments(
  path: string,
  video: { index: number },
  chunks: readonly Chunk[],
  container: PieceContainer,
  pattern: string,
): string[] {
  const cuts = chunks.slice(1).map(({ firstPacket }) => firstPacket);
  return [
    ...[...QUIET, ...sourceArguments(path), '-map', `0:${video.index}`, '-c', 'copy', '-f', 'segment'],
    ...['-segment_frames', cuts.join(','), '-segment_format', container, '-reset_timestamps', '1', pattern],
  ];
}

/** Arguments that copy the first chunk together with the sounds, one of which starts before it: then its first picture is as late as in the source. */
export function lateStartArguments(
  path: string,
  streams: { video: { index: number }; sounds: readonly { index: number }[] },
  until: { packets: number; seconds: number },
  container: PieceContainer,
  target: string,
): string[] {
  return [
    ...[...QUIET, ...sourceArguments(path), ...maps([streams.video, ...streams.sounds])],
    ...['-c', 'copy', '-frames:v', String(until.packets), '-t', (until.seconds + 1).toFixed(3), '-strict', '-2'],
    ...['-f', container, target],
  ];
}

/**
 * Arguments that copy the sounds of a source, beside a few small black pictures: a source needs pictures. Those of the source are read and
 * thrown away, because they have a say in where its time starts.
 */
export function soundArguments(
  path: string,
  streams: { video: { index: number }; sounds: readonly { index: number }[] },
  pictures: { seconds: number; rate: Fraction },
  container: PieceContainer,
  target: string,
): string[] {
  const { num, den } = pictures.rate;
  const seconds = Math.max(den / num, pictures.seconds).toFixed(6);
  const black = `color=size=${SOUND_SIDE}x${SOUND_SIDE}:rate=${num}/${den}:duration=${seconds}`;
  return [
    ...[...QUIET, ...sourceArguments(path), '-f', 'lavfi', '-i', black],
    ...['-map', '1:v:0', ...maps(streams.sounds), '-c:v', 'mjpeg', '-c:a', 'copy', '-strict', '-2'],
    ...['-f', container, target],
    ...[...maps([streams.video]), '-c', 'copy', '-f', 'null', '-'],
  ];
}

function maps(streams: readonly { index: number }[]): string[] {
  return streams.flatMap(({ index }) => ['-map', `0:${index}`]);
}

/** Pixels of a side of those pictures: the least that the capability takes. */
export const SOUND_SIDE = 16;
