import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, quick } from './make-source.ts';
import { storedValues } from './read-pictures.ts';
import { BT601, expectNear, plain, renderPicture } from './render-picture.ts';
import { scratch } from './run-job.ts';

const { ffprobe } = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
const at = (name: string) => join(folder.path, name);
beforeAll(async () => {
  folder = await scratch();
  await makeSource(at('red.mp4'), [...plain('red', '160x96'), ...quick, '-crf', '1']);
});
afterAll(() => folder[Symbol.asyncDispose]());

describe.skipIf(ffprobe === undefined)('crop and pad', () => {
  it('cut off what is displayed at each side, then stand the rest on a canvas, in every output', async () => {
    // Red, with blue borders: 20 at the left, 10 at the top.
    const source = await makeSource(at('bordered.mp4'), [
      ...[...plain('red', '160x90'), '-vf', 'drawbox=0:0:20:90:blue:fill,drawbox=0:0:160:10:blue:fill', ...quick],
    ]);
    const { output, file } = await renderPicture(folder.path, source, {
      picture: { crop: { left: 20, top: 10 }, pad: { aspect: '1:1', colour: '#00ff00' } },
      outputs: [{ kind: 'mp4' }, { kind: 'thumbnails', width: 140 }],
      ladder: [{ width: 140 }, { width: 70 }],
    });
    expect(output.renditions.map(({ width, height }) => [width, height])).toEqual([
      [140, 140],
      [70, 70],
    ]);
    // 140x80 in the middle.
    const found = await storedValues(file, [
      [2, 34],
      [137, 105],
      [70, 70],
      [70, 26],
      [70, 113],
    ]);
    expectNear(found, [BT601.red, BT601.red, BT601.red, BT601.green, BT601.green]);
    expect(output.outputs.find(({ kind }) => kind === 'thumbnails')).toMatchObject({ width: 140, height: 140 });
    const proof = output.usage.pixels;
    expect(proof).toBe(String((140 * 140 + 70 * 70) * 10));
  });

  it('count in displayed pixels where pixels are wide, and where the picture is turned', async () => {
    const args = [...plain('red', '160x90'), '-vf', 'drawbox=0:0:20:90:blue:fill,setsar=2/1', ...quick];
    const wide = await makeSource(at('wide.mp4'), args);
    const one = await renderPicture(folder.path, wide, { picture: { crop: { left: 40 } } });
    expect(one.output.renditions[0]).toMatchObject({ width: 280, height: 90 });
    expectNear(
      await storedValues(one.file, [
        [10, 45],
        [270, 45],
      ]),
      [BT601.red, BT601.red],
    );
    const flat = await makeSource(at('flat.mp4'), [
      ...plain('red', '160x90'),
      '-vf',
      'drawbox=0:0:20:90:blue:fill',
      ...quick,
    ]);
    const turned = at('turned.mp4');
    await makeSource(turned, ['-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90']);
    const other = await renderPicture(folder.path, turned, { picture: { crop: { bottom: 20 } } });
    expect(other.output.renditions[0]).toMatchObject({ width: 90, height: 140 });
    expectNear(
      await storedValues(other.file, [
        [45, 8],
        [45, 130],
      ]),
      [BT601.red, BT601.red],
    );
  });

  it('are refused where nothing would be left', async () => {
    await expect(renderPicture(folder.path, at('red.mp4'), { picture: { crop: { left: 150 } } })).rejects.toMatchObject(
      {
        facts: { reason: 'crop-too-large', recovery: 'fix-request' },
      },
    );
  });
});

describe.skipIf(ffprobe === undefined)('a watermark', () => {
  it.each(['png', 'webp', 'jpg'])(
    'of %s is where it is asked for, of the same share of every rendition',
    async (kind) => {
      const codec = { png: 'png', webp: 'libwebp', jpg: 'mjpeg' }[kind] as string;
      const lossless = kind === 'webp' ? ['-lossless', '1'] : ['-q:v', '1'];
      const image = await makeSource(at(`mark.${kind}`), [
        ...[...plain('blue', '64x32'), '-frames:v', '1', '-c:v', codec, ...lossless, '-f', 'image2', '-update', '1'],
      ]);
      const { out, output } = await renderPicture(
        folder.path,
        at('red.mp4'),
        {
          picture: {
            watermark: { image: { $part: 'mark' }, position: 'bottom-right', width: 0.25, marginX: 0.125, marginY: 0 },
          },
          ladder: [{ height: 96 }, { height: 48 }],
        },
        { mark: image },
      );
      for (const { mp4, width, height } of output.renditions) {
        const file = join(out, mp4?.$part ?? '');
        // 40x20 of 160x96: its left edge is at 108, its top at 76.
        const unit = width / 160;
        const scaled = (places: (readonly [number, number])[]) =>
          places.map(([x, y]) => [Math.floor(x * unit), Math.floor(y * unit)] as const);
        const within = kind === 'jpg' ? 6 : 4;
        // Colours have half the resolution, so edges are told by the brightness alone.
        expectNear(
          await storedValues(
            file,
            scaled([
              [128, 86],
              [96, 86],
              [158, 86],
              [128, 62],
            ]),
          ),
          [BT601.blue, BT601.red, BT601.red, BT601.red],
          within,
        );
        const edges = await storedValues(
          file,
          scaled([
            [110, 78],
            [146, 94],
            [105, 86],
            [150, 86],
            [128, 73],
          ]),
        );
        expect(edges.map(([luma = 0]) => luma < 61)).toEqual([true, true, false, false, false]);
        expect(height).toBe(96 * unit);
      }
    },
  );

  it('lets through what is transparent, and all of it by its opacity', async () => {
    // White, its right half transparent.
    const half = "geq=r=255:g=255:b=255:a='if(lt(X,32),255,0)'";
    const image = await makeSource(at('half.png'), [
      ...['-f', 'lavfi', '-i', `color=white:size=64x64,format=rgba,${half}`, '-frames:v', '1'],
    ]);
    const watermark = { image: { $part: 'mark' }, position: 'centre' as const, width: 0.4 };
    const places = [
      [60, 48],
      [100, 48],
    ] as const;
    const whole = await renderPicture(folder.path, at('red.mp4'), { picture: { watermark } }, { mark: image });
    expectNear(await storedValues(whole.file, places), [BT601.white, BT601.red]);
    const faint = await renderPicture(
      folder.path,
      at('red.mp4'),
      { picture: { watermark: { ...watermark, opacity: 0.5 } } },
      { mark: image },
    );
    expectNear(await storedValues(faint.file, places), [[158, 109, 184], BT601.red], 4);
  });

  it.each([
    ['a film', 'red.mp4', 'watermark-unreadable'],
    ['SVG', 'mark.svg', 'watermark-unreadable'],
    ['a broken PNG', 'broken.png', 'watermark-unreadable'],
    ['a picture of a gigapixel', 'huge.png', 'watermark-unreadable'],
  ])('that is %s is refused', async (_, name, reason) => {
    await writeFile(at('mark.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>');
    await writeFile(at('broken.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    const header = Buffer.from('89504e470d0a1a0a0000000d494844520000ffff0000ffff0802000000', 'hex');
    await writeFile(at('huge.png'), Buffer.concat([header, Buffer.alloc(64)]));
    const watermark = { image: { $part: 'mark' } };
    await expect(
      renderPicture(folder.path, at('red.mp4'), { picture: { watermark } }, { mark: at(name) }),
    ).rejects.toMatchObject({
      facts: { reason, recovery: 'fix-request' },
    });
  });

  it('is as bright as paper in pictures of high dynamic range that are kept', async () => {
    const image = await makeSource(at('white.png'), [...plain('white', '64x64'), '-frames:v', '1']);
    const pq = ['-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace', 'bt2020nc'];
    const source = await makeSource(at('pq.mkv'), [
      ...['-f', 'lavfi', '-i', 'color=black:size=160x96:rate=10:duration=1', '-vf', 'format=yuv420p10le'],
      ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', ...pq],
    ]);
    const { file, output } = await renderPicture(
      folder.path,
      source,
      {
        video: { codec: 'hevc', bitDepth: 10, preset: 'ultrafast', rateControl: { mode: 'crf', crf: 4 } },
        picture: {
          watermark: { image: { $part: 'mark' }, position: 'centre', width: 0.4 },
          pad: { aspect: '3:1', colour: '#ffffff' },
        },
      },
      { mark: image },
    );
    expect(output.renditions[0]).toMatchObject({ width: 288, height: 96 });
    // 203 cd/m² is 0.58 in PQ: 16 + 219 × 0.58 of 8 bits.
    expectNear(
      await storedValues(file, [
        [144, 48],
        [4, 48],
        [70, 10],
      ]),
      [[143, 128, 128], [143, 128, 128], BT601.black],
      2,
    );
  });
});
