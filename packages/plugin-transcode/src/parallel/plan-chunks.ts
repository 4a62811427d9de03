import type { Keyframe, PictureIndex } from './picture-scan.ts';

/** A piece of the source that starts with a keyframe. */
export interface Chunk {
  /** From 0. */
  readonly number: number;
  /** Packets of the picture stream before it. */
  readonly firstPacket: number;
  /** Frames that each rendition gets from it. */
  readonly frames: number;
}

export interface PlanChunksInput {
  readonly index: PictureIndex;
  /** Frames a second of the source. */
  readonly sourceRate: number;
  /** Frames a second of the renditions. */
  readonly rate: number;
  /** Jobs at once. */
  readonly parallel: number;
  /** Frames from one keyframe of the renditions to the next: cuts there cost no further keyframe, so they are preferred. */
  readonly keyframeFrames: number;
  /** @default twice as many chunks as jobs at once, of 15 to 300 s */
  readonly chunkSeconds?: number | undefined;
}

/** An encoder that starts anew loses about 0.1 dB over 12 s: shorter chunks show. */
const SECONDS_MIN = 15;
const SECONDS_MAX = 300;
/** How much farther a cut may be when it costs no further keyframe. */
const BONUS_SECONDS_MAX = 10;

/** Cuts a source into chunks at keyframes; one chunk where it can't be cut. Pure. */
export function planChunks(input: PlanChunksInput): Chunk[] {
  const { index, rate, sourceRate, parallel } = input;
  const seconds = index.pictures / sourceRate;
  const target =
    input.chunkSeconds ?? Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, seconds / Math.max(1, parallel * 2)));
  const count = Math.max(1, Math.round(seconds / target));
  // A picture that comes late is shown from the start on, as in one job.
  const late = Math.round(index.startSeconds * rate);
  const frameOf = ({ picture }: Pick<Keyframe, 'picture'>) => (picture * rate) / sourceRate;
  const candidates = index.keyframes.filter(
    (key) => key.clean && key.picture > 0 && Math.abs(frameOf(key) - Math.round(frameOf(key))) < 0.01,
  );
  const cuts: Keyframe[] = [];
  for (let number = 1; number < count; number += 1) {
    const ideal = (index.pictures * number) / count;
    const reach = index.pictures / count / 2;
    const isEven = (key: Keyframe) => (late + Math.round(frameOf(key))) % input.keyframeFrames === 0;
    const bonus = Math.min(reach, BONUS_SECONDS_MAX * sourceRate);
    const cut = nearest(candidates, (key) => Math.abs(key.picture - ideal) - (isEven(key) ? bonus : 0));
    const after = cuts.at(-1)?.picture ?? 0;
    if (cut !== undefined && cut.picture > after && Math.abs(cut.picture - ideal) <= reach) cuts.push(cut);
  }
  const starts = [{ packet: 0, picture: 0 }, ...cuts];
  return starts.map((start, number) => {
    const end = starts[number + 1] ?? { picture: index.pictures };
    const frames = Math.round(frameOf(end)) - Math.round(frameOf(start)) + (number === 0 ? late : 0);
    return { number, firstPacket: start.packet, frames };
  });
}

function nearest(keys: readonly Keyframe[], distance: (key: Keyframe) => number): Keyframe | undefined {
  let best: Keyframe | undefined;
  for (const key of keys) if (best === undefined || distance(key) < distance(best)) best = key;
  return best;
}
