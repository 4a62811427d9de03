import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Keyframe } from './picture-scan.ts';
import { planChunks } from './plan-chunks.ts';

const keys = (...pictures: number[]): Keyframe[] =>
  pictures.map((picture) => ({ packet: picture, picture, clean: true }));
const index = (pictures: number, keyframes: Keyframe[], startSeconds = 0) => ({
  packets: pictures,
  startSeconds,
  pictures,
  keyframes,
});
const usual = { sourceRate: 25, rate: 25, parallel: 2, keyframeFrames: 50 };

describe('planChunks', () => {
  it('cuts at the keyframe next to an even share', () => {
    const keyframes = keys(0, 90, 260, 500, 760);
    const chunks = planChunks({ ...usual, keyframeFrames: 1, index: index(1000, keyframes), chunkSeconds: 10 });
    expect(chunks.map(({ firstPacket, frames }) => [firstPacket, frames])).toEqual([
      [0, 260],
      [260, 240],
      [500, 260],
      [760, 240],
    ]);
  });

  it('prefers a cut that falls on a keyframe of the renditions', () => {
    const chunks = planChunks({ ...usual, index: index(1000, keys(0, 450, 490)), chunkSeconds: 20 });
    expect(chunks.map(({ frames }) => frames)).toEqual([450, 550]);
  });

  it('cuts nowhere that is not clean, and where half the rate would fall between two frames', () => {
    const dirty = [...keys(0), { packet: 500, picture: 500, clean: false }];
    expect(planChunks({ ...usual, index: index(1000, dirty), chunkSeconds: 20 })).toHaveLength(1);
    expect(planChunks({ ...usual, rate: 12.5, index: index(1000, keys(0, 501)), chunkSeconds: 20 })).toHaveLength(1);
  });

  it('gives the first chunk the frames before a picture that comes late', () => {
    const chunks = planChunks({ ...usual, index: index(1000, keys(0, 500), 0.2), chunkSeconds: 20 });
    expect(chunks.map(({ frames }) => frames)).toEqual([505, 500]);
  });

  it('loses and repeats no frame, whatever the keyframes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ picture: fc.nat(5000), clean: fc.boolean() }), {
          selector: ({ picture }) => picture,
        }),
        fc.integer({ min: 5001, max: 6000 }),
        fc.integer({ min: 1, max: 16 }),
        fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
        (found, pictures, parallel, chunkSeconds) => {
          const keyframes = found
            .toSorted((a, b) => a.picture - b.picture)
            .map((key) => ({ ...key, packet: key.picture }));
          const chunks = planChunks({ ...usual, parallel, chunkSeconds, index: index(pictures, keyframes) });
          expect(chunks.reduce((sum, { frames }) => sum + frames, 0)).toBe(pictures);
          let packet = 0;
          for (const { firstPacket, frames } of chunks) {
            expect(firstPacket).toBe(packet);
            expect(frames).toBeGreaterThan(0);
            packet += frames;
          }
        },
      ),
    );
  });
});
