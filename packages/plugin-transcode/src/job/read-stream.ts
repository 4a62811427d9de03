import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFragment } from '../media/read-fragment.ts';
import { type InitSection, readInitSection } from '../media/read-init-section.ts';
import { peakBitrate } from '../packaging/peak-bitrate.ts';
import type { PlannedStream } from '../plan/transcode-plan.ts';
import { readTopBox, topBoxes } from '../proof/top-boxes.ts';
import { segmentNames } from './segment-names.ts';

/** A segment, read back from its file. */
export interface SegmentFacts {
  /** The file, in the stream's folder. */
  readonly uri: string;
  readonly samples: number;
  /** When it starts, in ticks. */
  readonly start: number;
  readonly ticks: number;
  readonly seconds: number;
  readonly bytes: number;
  /** The index of the first fragment and its first sample: of pictures, a keyframe. */
  readonly first: { readonly offset: number; readonly bytes: number } | undefined;
}

/** A written stream, read back from its files. */
export interface StreamFacts {
  readonly init: InitSection;
  readonly list: readonly SegmentFacts[];
  /** How many. */
  readonly segments: number;
  readonly samples: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Bits a second, over all. */
  readonly bitrate: number;
  /** The peak segment bit rate of RFC 8216, bits a second. */
  readonly peakBitrate: number;
}

/** Reads a stream back: its pictures are counted in the files, not taken from a claim. @throws RangeError when a file is not whole */
export async function readStream(directory: string, stream: PlannedStream, signal: AbortSignal): Promise<StreamFacts> {
  const initData = await readFile(join(directory, stream.initSection), { signal });
  const init = readInitSection(initData);
  const list: SegmentFacts[] = [];
  for (const uri of await segmentNames(directory, stream, signal)) {
    signal.throwIfAborted();
    list.push(await readSegment(join(directory, stream.directory), uri, init));
  }
  const sum = (value: (segment: SegmentFacts) => number) => list.reduce((total, one) => total + value(one), 0);
  const bytes = sum((one) => one.bytes);
  const seconds = sum((one) => one.ticks) / init.timescale;
  return {
    init,
    list,
    segments: list.length,
    samples: sum((one) => one.samples),
    seconds,
    bytes: bytes + initData.length,
    bitrate: seconds > 0 ? Math.round((bytes * 8) / seconds) : 0,
    peakBitrate: peakBitrate(list),
  };
}

/** Reads only the headers: media data is skipped. */
async function readSegment(folder: string, uri: string, init: InitSection): Promise<SegmentFacts> {
  await using file = await open(join(folder, uri));
  let samples = 0;
  let ticks = 0;
  let start: number | undefined;
  let first: SegmentFacts['first'];
  for await (const box of topBoxes(file)) {
    if (box.type !== 'moof') continue;
    const fragment = readFragment(await readTopBox(file, box), init);
    if (samples === 0 && fragment.firstSampleEnd !== undefined)
      first = { offset: box.offset, bytes: fragment.firstSampleEnd };
    start ??= fragment.start;
    samples += fragment.samples;
    ticks += fragment.ticks;
  }
  const { size: bytes } = await file.stat();
  return { uri, samples, start: start ?? 0, ticks, seconds: ticks / init.timescale, bytes, first };
}
