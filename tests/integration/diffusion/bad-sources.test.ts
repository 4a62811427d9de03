import { isByocError } from '@byoc/core';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { openTestStudio, runJob } from './run-job.ts';

const studio = await openTestStudio();
afterAll(() => studio.close());
const plain = (width: number, height: number, background = '#2040c0') =>
  sharp({ create: { width, height, channels: 3, background } });
const painted = { model: 'stable-diffusion', steps: 1, seed: 1, source: { image: { $part: 'source' }, strength: 1 } };

/** Nothing is painted: what comes out is what was read. */
async function read(source: Uint8Array): Promise<number[]> {
  const { width, height } = await sharp(source)
    .autoOrient()
    .toBuffer({ resolveWithObject: true })
    .then(({ info }) => info);
  const mask = await plain(width, height, '#000').png().toBuffer();
  const input = { ...painted, source: { ...painted.source, mask: { $part: 'mask' } } };
  const { files } = await runJob(studio, input, { parts: { source, mask } });
  const pixels = await sharp(files['image-01.png']).raw().toBuffer();
  const at = (x: number, y: number) => [...pixels.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3)];
  return [...at(16, 16), ...at(48, 16)];
}

/** Left half red, right half blue. */
const halves = () =>
  sharp({ create: { width: 64, height: 64, channels: 4, background: '#f00' } }).composite([
    { input: { create: { width: 32, height: 64, channels: 4, background: '#00f' } }, left: 32, top: 0 },
  ]);

async function failure(parts: Record<string, Uint8Array>, input: object = painted) {
  const error = await runJob(studio, input, { parts, onEnd: ({ left }) => expect(left).toEqual([]) }).catch(
    (thrown) => thrown,
  );
  if (!isByocError(error, 'JOB_FAILED')) throw error;
  return error.facts;
}

describe('a picture to start from', () => {
  it('is read as it is', async () => {
    expect(await read(await halves().png().toBuffer())).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('is turned as EXIF says', async () => {
    // Turned by half a turn: left is right.
    const turned = await halves().withMetadata({ orientation: 3 }).png().toBuffer();
    expect(await read(turned)).toEqual([0, 0, 255, 255, 0, 0]);
  });

  it('of 16 bits becomes one of 8', async () => {
    const deep = await halves().removeAlpha().toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(await read(deep)).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('of CMYK becomes RGB', async () => {
    const cmyk = await halves().removeAlpha().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const [red = 0, green = 0, , , , blue = 0] = await read(cmyk);
    expect(red).toBeGreaterThan(180);
    expect(green).toBeLessThan(80);
    expect(blue).toBeGreaterThan(100);
  });

  it('that moves gives its first frame', async () => {
    const frames = await sharp([await halves().png().toBuffer(), await plain(64, 64, '#0f0').png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    expect((await sharp(frames, { animated: true }).metadata()).pages).toBe(2);
    expect(await read(frames)).toEqual([255, 0, 0, 0, 0, 255]);
  });

  it('is white where it is transparent', async () => {
    const clear = await sharp({
      create: { width: 64, height: 64, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(await read(clear)).toEqual([255, 255, 255, 255, 255, 255]);
  });

  it('of another shape is cut to the one wanted', async () => {
    const { output } = await runJob(studio, painted, { parts: { source: await plain(200, 90).jpeg().toBuffer() } });
    expect(output.images[0]).toMatchObject({ width: 64, height: 64 });
  });

  it.each([
    ['empty', async () => new Uint8Array(), 'source-empty'],
    ['no picture', async () => new TextEncoder().encode('hello there, this is text'), 'source-format-refused'],
    [
      'SVG',
      async () => new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'source-format-refused',
    ],
    [
      'cut off',
      async () =>
        (
          await plain(300, 300)
            .composite([{ input: await halves().png().toBuffer() }])
            .jpeg()
            .toBuffer()
        ).subarray(0, 700),
      'source-broken',
    ],
    [
      'broken',
      async () => Buffer.concat([(await halves().png().toBuffer()).subarray(0, 60), Buffer.alloc(200, 7)]),
      'source-broken',
    ],
  ])('that is %s is refused', async (_name, make, reason) => {
    expect(await failure({ source: await make() })).toMatchObject({ reason, recovery: 'fix-request' });
  });

  it('that is a bomb is refused by its header, unread', async () => {
    const bomb = await sharp({
      create: { width: 20_000, height: 20_000, channels: 3, background: '#000' },
      limitInputPixels: false,
    })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(2_000_000);
    expect(await failure({ source: bomb })).toMatchObject({
      reason: 'source-too-large',
      message: 'The source has 400000000 pixels; at most 67108864 are read here.',
    });
  });
});

describe('a mask', () => {
  it('of another size is refused with both', async () => {
    const parts = { source: await plain(64, 64).png().toBuffer(), mask: await plain(32, 64).png().toBuffer() };
    const input = { ...painted, source: { ...painted.source, mask: { $part: 'mask' } } };
    expect(await failure(parts, input)).toMatchObject({
      reason: 'mask-size-wrong',
      message: 'The mask has 32 × 64 pixels, the picture 64 × 64.',
    });
  });
});
