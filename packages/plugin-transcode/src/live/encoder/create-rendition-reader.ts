import type { MediaSample } from '../media/media-segment.ts';
import { type Mp4Memory, parseMp4Segment } from '../media/parse-mp4-segment.ts';
import { FEED_START, type Feed } from '../plan/plan-feed.ts';
import { createBoxSplitter } from './create-box-splitter.ts';

/** Reads what ffmpeg writes for one rendition. */
export interface RenditionReader {
  push(data: Buffer): void;
  readonly initSection: Buffer | undefined;
  /** The start of the latest fragment, in ticks of the feed's timeline; -1 before any. */
  readonly reached: number;
  /** Takes the pictures of a span, with times from its start. What lies before it, closing pictures, is thrown away. */
  take(span: Pick<Feed, 'startTicks' | 'endTicks'>): readonly MediaSample[];
}

/** Makes a reader. ffmpeg cuts a fragment at every keyframe, and keyframes are where marks are, so fragments never span segments. */
export function createRenditionReader(): RenditionReader {
  const memory: Mp4Memory = { tracks: undefined };
  let head: Buffer[] = [];
  let initSection: Buffer | undefined;
  let moof: Buffer | undefined;
  let samples: MediaSample[] = [];
  let reached = -1;
  /** The muxer counts from the first picture. */
  let offset: number | undefined;
  const split = createBoxSplitter((type, box) => {
    if (type === 'ftyp') head = [box];
    else if (type === 'moov') {
      initSection = Buffer.concat([...head, box]);
      parseMp4Segment(initSection, memory);
    } else if (type === 'moof') moof = box;
    else if (type === 'mdat' && moof !== undefined) {
      const found = parseMp4Segment(Buffer.concat([moof, box]), memory)?.video.samples ?? [];
      moof = undefined;
      const start = found[0]?.dts ?? 0;
      offset ??= FEED_START - start;
      for (const sample of found) samples.push({ ...sample, dts: sample.dts + offset, pts: sample.pts + offset });
      reached = start + offset;
    }
  });
  return {
    push: split,
    get initSection() {
      return initSection;
    },
    get reached() {
      return reached;
    },
    take({ startTicks, endTicks }) {
      const inside = samples.filter(({ pts }) => pts >= startTicks && pts < endTicks);
      samples = samples.filter(({ pts }) => pts >= endTicks);
      return inside.map((sample) => ({ ...sample, dts: sample.dts - startTicks, pts: sample.pts - startTicks }));
    },
  };
}
