import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIVE_TICKS, type MediaSample } from '../media/media-segment.ts';
import { FEED_TICKS, MARK } from './feed-clock.ts';
import { FEED_START, planFeed, reorderDepth } from './plan-feed.ts';

const data = new Uint8Array([1]);
const sample = (dts: number, pts: number): MediaSample => ({ dts, pts, duration: 3000, key: dts === 0, data });
/** Groups of pictures in decoding order, each shown backwards after its first. */
const groups = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 20 }).map((sizes) => {
  const samples = [sample(0, 9000)];
  for (const size of sizes) {
    const from = samples.length;
    for (let at = 0; at < size; at += 1) samples.push(sample((from + at) * 3000, (from + size - at + 2) * 3000));
  }
  return samples;
});
const track = (samples: readonly MediaSample[]) => ({
  ...{ timescale: LIVE_TICKS, entry: data, codec: undefined, width: 16, height: 16, samples },
});

it('decodes in order, never after the time of a picture, and never back over the segment before', () => {
  fc.assert(
    fc.property(groups, groups, fc.integer({ min: 0, max: 20 }), (one, other, pushing) => {
      const first = planFeed(track(one), { startTicks: FEED_START, filler: data, pushing });
      const second = planFeed(track(other), { startTicks: first.nextTicks, filler: data, pushing });
      const all = [...first.samples, ...second.samples];
      for (const [at, { dts, pts }] of all.entries()) {
        expect(pts).toBeGreaterThanOrEqual(dts);
        if (at > 0) expect(dts).toBeGreaterThan(all[at - 1]?.dts ?? 0);
      }
    }),
  );
});

it('marks the start of each segment but the very first, the two closing pictures, and those that push', () => {
  const marks = (startTicks: number) =>
    planFeed(track([sample(0, 0), sample(3000, 3000)]), { startTicks, filler: data, pushing: 2 }).samples.map(
      ({ pts }) => pts % 16,
    );
  expect(marks(FEED_START)).toEqual([0, 0, MARK.closing, MARK.closing, MARK.pushing, MARK.pushing]);
  expect(marks(FEED_START + 6000)[0]).toBe(MARK.first);
  expect(FEED_TICKS % LIVE_TICKS).toBe(0);
});

it('leaves out pictures that are shown before the first keyframe', () => {
  const feed = planFeed(track([sample(0, 6000), sample(3000, 3000), sample(6000, 9000)]), {
    ...{ startTicks: FEED_START, filler: data, pushing: 0 },
  });
  expect(feed.frames).toBe(2);
  expect(feed.endTicks - feed.startTicks).toBe(6000);
});

it.each([
  [[0, 1, 2], 0],
  [[0, 2, 1], 1],
  [[0, 4, 2, 1, 3], 2],
])('finds how many pictures %j hold back', (pts, depth) => {
  expect(reorderDepth(pts.map((time) => ({ pts: time })))).toBe(depth);
});
