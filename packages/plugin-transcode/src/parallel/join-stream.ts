import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findBox, readBoxes } from '../media/mp4-boxes.ts';
import { readFragment } from '../media/read-fragment.ts';
import { type InitSection, readInitSection } from '../media/read-init-section.ts';
import { type ListedSegment, writeMediaPlaylist } from '../packaging/write-media-playlist.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import { readTopBox, topBoxes } from '../proof/top-boxes.ts';
import { retimeSegment } from './retime-segment.ts';

/** The same stream of one chunk. */
export interface StreamPiece {
  /** Where the files of the chunk lie. */
  readonly directory: string;
  readonly frames: number;
}

/** A piece that does not go on where the others stop. */
export class PiecesDiffer extends RangeError {
  /** From 0. */
  readonly piece: number;

  constructor(piece: number, message: string) {
    super(message);
    this.piece = piece;
  }
}

/**
 * Joins the pieces of a stream: their segments move into one folder, under new numbers and with times that go on, and get one playlist.
 * Nothing is encoded or copied.
 *
 * @throws PiecesDiffer when an encoder gave other parameters or another number of pictures
 */
export async function joinStream(
  directory: string,
  stream: PlannedStream,
  pieces: readonly StreamPiece[],
  signal: AbortSignal,
): Promise<void> {
  await mkdir(join(directory, stream.directory), { recursive: true });
  const [first] = pieces;
  if (first === undefined) return;
  const initData = await readFile(join(first.directory, stream.initSection), { signal });
  const init = readInitSection(initData);
  const segments: ListedSegment[] = [];
  let ticks = 0n;
  for (const [number, piece] of pieces.entries()) {
    const own = number === 0 ? initData : await readFile(join(piece.directory, stream.initSection), { signal });
    if (!sameParameters(own, initData))
      throw new PiecesDiffer(number, `its ${stream.directory} has other codec parameters`);
    let samples = 0;
    const before = { ticks, segments: segments.length };
    for (const name of await segmentNames(number, join(piece.directory, stream.playlist), signal)) {
      signal.throwIfAborted();
      const uri = `${String(segments.length).padStart(5, '0')}.m4s`;
      const target = join(directory, stream.directory, uri);
      await rename(join(piece.directory, stream.directory, name), target);
      const length = await measureSegment(target, init);
      if (number > 0) await retimeSegment(target, { ticks: before.ticks, sequence: before.segments });
      segments.push({ uri, seconds: length.ticks / init.timescale });
      samples += length.samples;
      ticks += BigInt(length.ticks);
    }
    if (samples !== piece.frames)
      throw new PiecesDiffer(number, `its ${stream.directory} has ${samples} pictures instead of ${piece.frames}`);
  }
  await writeFile(join(directory, stream.initSection), initData);
  await writeFile(
    join(directory, stream.playlist),
    writeMediaPlaylist(segments, { map: basename(stream.initSection) }),
  );
}

/** Decoder configuration, timescale and edit list decide whether segments fit; the rest names the program that wrote it. */
function sameParameters(one: Uint8Array, other: Uint8Array): boolean {
  const parameters = (data: Uint8Array) => {
    const boxes = readBoxes(data);
    const bodies = [
      findBox(boxes, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd'),
      findBox(boxes, 'moov', 'trak', 'edts'),
      findBox(boxes, 'moov', 'mvex', 'trex'),
    ].map((box) => Buffer.from(box?.body ?? []));
    return Buffer.concat([Buffer.from(String(readInitSection(data).timescale)), ...bodies]);
  };
  return Buffer.compare(one, other) === 0 || Buffer.compare(parameters(one), parameters(other)) === 0;
}

async function segmentNames(piece: number, playlist: string, signal: AbortSignal): Promise<string[]> {
  const names = (await readFile(playlist, { encoding: 'utf8', signal }))
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line));
  const strange = names.find((name) => !/^[\w-][\w.-]*$/.test(name));
  if (strange !== undefined) throw new PiecesDiffer(piece, `its playlist names ${JSON.stringify(strange)}`);
  return names;
}

async function measureSegment(path: string, init: InitSection): Promise<{ samples: number; ticks: number }> {
  await using file = await open(path);
  const total = { samples: 0, ticks: 0 };
  for await (const box of topBoxes(file)) {
    if (box.type !== 'moof') continue;
    const { samples, ticks } = readFragment(await readTopBox(file, box), init);
    total.samples += samples;
    total.ticks += ticks;
  }
  return total;
}
