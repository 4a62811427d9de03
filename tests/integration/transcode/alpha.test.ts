import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource } from './make-source.ts';
import { storedValues } from './read-pictures.ts';
import { BT601, expectNear, plain, renderPicture } from './render-picture.ts';
import { scratch } from './run-job.ts';

const { ffprobe } = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.skipIf(ffprobe === undefined)('pictures with alpha', () => {
  // White, its left half transparent.
  const half = "geq=lum=235:cb=128:cr=128:a='if(lt(X,80),0,255)'";
  const rgb = "geq=r=255:g=255:b=255:a='if(lt(X,80),0,255)'";
  it.each([
    ['ARGB', 'mov', ['-vf', `format=rgba,${rgb}`, '-c:v', 'qtrle', '-pix_fmt', 'argb']],
    ['PNG in Matroska', 'mkv', ['-vf', `format=rgba,${rgb}`, '-c:v', 'png', '-pix_fmt', 'rgba']],
    ['grey with alpha', 'mkv', ['-vf', `format=rgba,${rgb},format=ya8`, '-c:v', 'png', '-pix_fmt', 'ya8']],
    [
      'a palette',
      'gif',
      ['-vf', `format=rgba,${rgb},split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse`],
    ],
    [
      'the hidden layer of VP9',
      'webm',
      ['-vf', `format=yuva420p,${half}`, '-c:v', 'libvpx-vp9', '-b:v', '1M', '-auto-alt-ref', '0'],
    ],
    [
      'the hidden layer of VP8',
      'webm',
      ['-vf', `format=yuva420p,${half}`, '-c:v', 'libvpx', '-b:v', '1M', '-auto-alt-ref', '0'],
    ],
    [
      'ProRes 4444',
      'mov',
      [
        '-vf',
        `format=yuva444p10le,geq=lum=940:cb=512:cr=512:a='if(lt(X,80),0,1023)'`,
        '-c:v',
        'prores_ks',
        '-profile:v',
        '4444',
        '-alpha_bits',
        '16',
      ],
    ],
  ])('of %s lie over black, or over a colour', async (name, extension, args) => {
    const source = await makeSource(at(`${name.replaceAll(' ', '-')}.${extension}`), [
      ...plain('black', '160x96'),
      ...args,
    ]);
    const places = [
      [40, 48],
      [120, 48],
    ] as const;
    const black = await renderPicture(folder.path, source, {});
    expect(black.output.renditions[0]).toMatchObject({ width: 160, height: 96, frames: 10 });
    expectNear(await storedValues(black.file, places, 5), [BT601.black, BT601.white], 4);
    const blue = await renderPicture(folder.path, source, { picture: { background: '#0000ff' } });
    const matrix = await storedValues(blue.file, places, 5);
    // BT.709 of what was RGB, else BT.601.
    const isRgb = ['ARGB', 'PNG in Matroska', 'a palette'].includes(name);
    expectNear(matrix, [isRgb ? [32, 240, 118] : BT601.blue, BT601.white], 4);
  });
});
