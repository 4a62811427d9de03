import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pictureSettingsSchema } from '../../capability/picture-settings.ts';
import type { VideoStream } from '../../media/media-probe.ts';
import { planComposition } from './plan-composition.ts';

const video = (width: number, height: number, rest: Partial<VideoStream> = {}): VideoStream => ({
  ...{ index: 0, codec: 'h264', width, height, sampleAspect: { num: 1, den: 1 }, rotation: 0 },
  ...{ averageRate: undefined, realRate: undefined, pixelFormat: 'yuv420p' },
  ...rest,
});
const plan = (settings: object, one = video(1920, 1080)) => planComposition(pictureSettingsSchema.parse(settings), one);

it.each([
  ['nothing', {}, undefined, [1920, 1080], [1920, 1080, 0, 0]],
  ['a crop', { crop: { left: 240, right: 240 } }, 'crop=1440:1080:240:0', [1440, 1080], [1440, 1080, 0, 0]],
  ['an odd crop, rounded up', { crop: { top: 3 } }, 'crop=1920:1076:0:4', [1920, 1076], [1920, 1076, 0, 0]],
  ['bars beside', { pad: { aspect: '21:9' } }, undefined, [2520, 1080], [1920, 1080, 300, 0]],
  ['bars above', { pad: { aspect: '4:3' } }, undefined, [1920, 1440], [1920, 1080, 0, 180]],
  [
    'both',
    { crop: { left: 240, right: 240 }, pad: { aspect: '16:9' } },
    'crop=1440:1080:240:0',
    [1920, 1080],
    [1440, 1080, 240, 0],
  ],
])('plans %s', (_, settings, crop, size, place) => {
  const composition = plan(settings);
  expect(composition.crop).toBe(crop);
  expect([composition.size.width, composition.size.height]).toEqual(size);
  const { width, height, x, y } = composition.place(composition.size);
  expect([width, height, x, y]).toEqual(place);
});

it('counts in pixels as they are displayed', () => {
  const wide = video(720, 576, { sampleAspect: { num: 64, den: 45 } });
  expect(plan({ crop: { left: 64 } }, wide)).toMatchObject({
    crop: 'crop=674:576:46:0',
    size: { width: 959, height: 576 },
  });
  const turned = video(1920, 1080, { rotation: 90 });
  expect(plan({ crop: { top: 100 } }, turned)).toMatchObject({
    crop: 'crop=1080:1820:0:100',
    size: { width: 1080, height: 1820 },
  });
});

it('keeps a picture inside its canvas, even and in the middle, at every size', () => {
  const side = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      side,
      (w, h, across, down, scale) => {
        const composition = plan({ pad: { aspect: `${across}:${down}` } }, video(w * 2, h * 2));
        const even = (pixels: number) => Math.max(2, Math.round((pixels * scale) / 800) * 2);
        const output = { width: even(composition.size.width), height: even(composition.size.height) };
        const { width, height, x, y } = composition.place(output);
        expect([width % 2, height % 2, x % 2, y % 2]).toEqual([0, 0, 0, 0]);
        expect(Math.min(width, height)).toBeGreaterThan(0);
        expect(Math.abs(output.width - width - 2 * x)).toBeLessThanOrEqual(2);
        expect(Math.abs(output.height - height - 2 * y)).toBeLessThanOrEqual(2);
        expect(x + width).toBeLessThanOrEqual(output.width);
        expect(y + height).toBeLessThanOrEqual(output.height);
      },
    ),
  );
});

it('refuses to cut everything off', () => {
  expect(() => plan({ crop: { left: 1910 } })).toThrow(expect.objectContaining({ reason: 'crop-too-large' }));
});
