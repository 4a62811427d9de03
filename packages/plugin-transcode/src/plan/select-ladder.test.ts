import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputSchema } from '../capability/input.ts';
import { selectLadder } from './select-ladder.ts';

const video = inputSchema.parse({ source: { $part: 'x' } }).video;
const sizes = (width: number, height: number) =>
  selectLadder({ ladder: 'auto', video }, { width, height }, 30).rungs.map(
    (rung) => `${rung.name} ${rung.width}x${rung.height}`,
  );

describe('selectLadder', () => {
  it('picks rungs for common sources', () => {
    expect(sizes(1920, 1080)).toEqual(['1080p 1920x1080', '720p 1280x720', '480p 854x480', '360p 640x360']);
    expect(sizes(3840, 2160)[0]).toBe('1080p 1920x1080');
    expect(sizes(1080, 1920)).toEqual(['1080p 1080x1920', '720p 720x1280', '480p 480x854', '360p 360x640']);
    expect(sizes(640, 360)).toEqual(['360p 640x360']);
    expect(sizes(321, 241)).toEqual(['240p 320x240']);
    expect(sizes(1778, 1000)).toEqual(['1000p 1778x1000', '720p 1280x720', '480p 854x480', '360p 640x360']);
  });

  it('says when a rendition was made smaller than asked', () => {
    const ladder = selectLadder({ ladder: [{ name: 'big', height: 2160 }], video }, { width: 640, height: 360 }, 30);
    expect(ladder.warnings).toEqual(['Rendition big is 640x360: the source has no more.']);
  });

  it('never upscales, keeps the aspect and has even sides', () => {
    const side = fc.integer({ min: 2, max: 8192 });
    const request = fc.record({
      width: fc.option(fc.integer({ min: 16, max: 8192 }), { nil: undefined }),
      height: fc.integer({ min: 16, max: 8192 }),
    });
    fc.assert(
      fc.property(
        side,
        side,
        fc.oneof(fc.constant('auto' as const), fc.array(request, { minLength: 1, maxLength: 5 })),
        (width, height, asked) => {
          const ladder = asked === 'auto' ? asked : asked.map((one, at) => ({ ...one, name: `r${at}` }));
          for (const rung of selectLadder({ ladder, video }, { width, height }, 30).rungs) {
            expect((rung.width % 2) + (rung.height % 2)).toBe(0);
            expect(rung.width).toBeLessThanOrEqual(width);
            expect(rung.height).toBeLessThanOrEqual(height);
            // Each side is within a pixel and a half of the exact one.
            if (Math.min(rung.width, rung.height) > 2)
              expect(Math.abs(rung.width * height - rung.height * width)).toBeLessThanOrEqual(2 * (width + height));
          }
        },
      ),
    );
  });
});
