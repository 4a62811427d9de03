import { open, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { parseTransportStream } from '../live/media/parse-transport-stream.ts';
import { countFragment, type SampleCount } from './count-fragment.ts';
import { type PictureTrack, readPictureTrack } from './read-track.ts';
import { readTopBox, topBoxes } from './top-boxes.ts';

/** Pictures in files, counted there. */
export interface PictureCount {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly sizeFrom: PictureTrack['sizeFrom'];
}

/** Counts the pictures of a media playlist, of fMP4 or MPEG-TS segments: its sections and segments are read, never asked. @throws RangeError */
export async function countPlaylist(directory: string, playlist: string, signal: AbortSignal): Promise<PictureCount> {
  const text = await readFile(join(directory, playlist), { encoding: 'utf8', signal });
  const lines = text.split(/\r?\n/);
  const maps = new Set(lines.flatMap((line) => /^#EXT-X-MAP:.*URI="([^"]*)"/.exec(line)?.[1] ?? []));
  if (maps.size === 0) return countTransportStream(directory, playlist, lines, signal);
  const [init] = maps;
  if (init === undefined || maps.size !== 1)
    throw new RangeError(`${playlist} names ${maps.size} initialization sections`);
  const inside = (name: string) => join(directory, beside(playlist, name));
  const track = await readTrack(inside(init));
  let frames = track.samples;
  // A file that is named twice holds its pictures once.
  for (const name of new Set(lines.filter((line) => /^[^#\s]/.test(line)))) {
    signal.throwIfAborted();
    frames += (await countFile(inside(name), track)).samples;
  }
  return { width: track.width, height: track.height, frames, sizeFrom: track.sizeFrom };
}

/** Counts the pictures of segments of MPEG-TS: access units, sized by their parameter sets. */
async function countTransportStream(
  directory: string,
  playlist: string,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<PictureCount> {
  let frames = 0;
  let size: { width: number; height: number } | undefined;
  for (const name of new Set(lines.filter((line) => /^[^#\s]/.test(line)))) {
    const { video } = parseTransportStream(await readFile(join(directory, beside(playlist, name)), { signal }));
    const { width, height } = video;
    if (size !== undefined && (size.width !== width || size.height !== height))
      throw new RangeError(`${playlist} changes its size midway`);
    size = { width, height };
    frames += video.samples.length;
  }
  if (size === undefined) throw new RangeError(`${playlist} names no segments`);
  return { ...size, frames, sizeFrom: 'bitstream' };
}

/** Counts the pictures of one MP4 file, by its index and its fragments. @throws RangeError */
export async function countMp4(path: string): Promise<PictureCount> {
  const track = await readTrack(path);
  const { samples } = await countFile(path, track, track);
  return { width: track.width, height: track.height, frames: samples, sizeFrom: track.sizeFrom };
}

async function readTrack(path: string): Promise<PictureTrack> {
  await using file = await open(path);
  for await (const box of topBoxes(file)) if (box.type === 'moov') return readPictureTrack(await readTopBox(file, box));
  throw new RangeError('the file has no index');
}

/** Pictures in fragments besides those `listed`, and whether the media data has room for all of them. */
async function countFile(
  path: string,
  track: PictureTrack,
  listed: SampleCount = { samples: 0, sampleBytes: 0 },
): Promise<SampleCount> {
  await using file = await open(path);
  let { samples, sampleBytes } = listed;
  let room = 0;
  for await (const box of topBoxes(file)) {
    if (box.type === 'mdat') room += box.size - box.head;
    if (box.type !== 'moof') continue;
    const fragment = countFragment(await readTopBox(file, box), track);
    samples += fragment.samples;
    sampleBytes += fragment.sampleBytes;
  }
  if (sampleBytes > room) throw new RangeError(`its pictures claim ${sampleBytes} bytes, and it holds ${room}`);
  return { samples, sampleBytes };
}

/** A name in a playlist, as a path in the result's folder; never outside of it. */
function beside(playlist: string, name: string): string {
  const path = normalize(join(dirname(playlist), decodeURIComponent(name)));
  if (path.startsWith('..') || path.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(name) || name.startsWith('/'))
    throw new RangeError(`${playlist} names ${JSON.stringify(name)}, which is no file of the result`);
  return path;
}
