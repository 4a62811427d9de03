import { open, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
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

/** Counts the pictures of a media playlist of fMP4 segments: its sections and segments are read, never asked. @throws RangeError */
export async function countPlaylist(directory: string, playlist: string, signal: AbortSignal): Promise<PictureCount> {
  const text = await readFile(join(directory, playlist), { encoding: 'utf8', signal });
  const lines = text.split(/\r?\n/);
  const maps = new Set(lines.flatMap((line) => /^#EXT-X-MAP:.*URI="([^"]*)"/.exec(line)?.[1] ?? []));
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
