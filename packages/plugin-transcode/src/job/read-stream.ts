import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFragment } from '../media/read-fragment.ts';
import { type InitSection, readInitSection } from '../media/read-init-section.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';

/** A written stream, read back from its files. */
export interface StreamFacts {
  readonly init: InitSection;
  readonly segments: number;
  readonly samples: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Bits a second, over all. */
  readonly bitrate: number;
  /** Bits a second of the densest segment. */
  readonly peakBitrate: number;
}

/** Reads a stream back: its pictures are counted in the files, not taken from a claim. */
export async function readStream(directory: string, stream: PlannedStream, signal: AbortSignal): Promise<StreamFacts> {
  const initData = await readFile(join(directory, stream.initSection), { signal });
  const init = readInitSection(initData);
  const names = (await readFile(join(directory, stream.playlist), { encoding: 'utf8', signal }))
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line));
  const total = { samples: 0, ticks: 0, bytes: initData.length, peak: 0 };
  for (const name of names) {
    signal.throwIfAborted();
    const segment = await readSegment(join(directory, stream.directory, name), init);
    total.samples += segment.samples;
    total.ticks += segment.ticks;
    total.bytes += segment.bytes;
    if (segment.ticks > 0) total.peak = Math.max(total.peak, (segment.bytes * 8 * init.timescale) / segment.ticks);
  }
  const seconds = total.ticks / init.timescale;
  const bitrate = seconds > 0 ? Math.round(((total.bytes - initData.length) * 8) / seconds) : 0;
  return {
    init,
    segments: names.length,
    samples: total.samples,
    seconds,
    bytes: total.bytes,
    bitrate,
    peakBitrate: Math.max(bitrate, Math.ceil(total.peak)),
  };
}

/** Reads only the headers: media data is skipped. */
async function readSegment(
  path: string,
  init: InitSection,
): Promise<{ samples: number; ticks: number; bytes: number }> {
  await using file = await open(path);
  const { size } = await file.stat();
  const total = { samples: 0, ticks: 0, bytes: size };
  const head = Buffer.alloc(16);
  for (let at = 0; at + 8 <= size; ) {
    await file.read(head, 0, 16, at);
    const short = head.readUInt32BE(0);
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? size - at : short;
    if (length < 8 || at + length > size) throw new RangeError(`a box in a segment has the size ${length}`);
    if (head.toString('latin1', 4, 8) === 'moof') {
      const moof = Buffer.alloc(length);
      await file.read(moof, 0, length, at);
      const { samples, ticks } = readFragment(moof, init);
      total.samples += samples;
      total.ticks += ticks;
    }
    at += length;
  }
  return total;
}
