import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, quick } from './make-source.ts';
import { probeFile, storedValues } from './read-pictures.ts';
import { runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());
const at = (name: string) => join(folder.path, name);

/** Six patches of 40 × 80 side by side: `values` are those that are stored, Y of the depth of `format`, no colour. */
const patches = (values: readonly number[], format: string, middle: number) => {
  const steps = values.map((value, n) => `if(lt(X,${(n + 1) * 40}),${value}`).join(',');
  const luma = `${steps},0${')'.repeat(values.length)}`;
  const color = ['-f', 'lavfi', '-i', `nullsrc=size=240x80:rate=10:duration=0.5,format=${format}`];
  return [...color, '-vf', `geq=lum='${luma}':cb=${middle}:cr=${middle}`];
};
const centres = [20, 60, 100, 140, 180, 220].map((x) => [x, 40] as const);
const lossless = ['-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le'];
const tags = (transfer: string, primaries: string, space: string, range = 'tv') => [
  ...['-color_trc', transfer, '-color_primaries', primaries, '-colorspace', space, '-color_range', range],
];
const bt709 = { color_range: 'tv', color_space: 'bt709', color_transfer: 'bt709', color_primaries: 'bt709' };

const run = async (source: string, picture: object = {}) => {
  const { output, out } = await runJob(folder.path, source, {
    ladder: [{ width: 4096 }],
    outputs: [{ kind: 'mp4' }],
    picture,
    video: { codec: 'h264', rateControl: { mode: 'crf', crf: 4 } },
  });
  const file = join(out, output.renditions[0]?.mp4?.$part ?? '');
  const entries =
    'stream=color_range,color_space,color_transfer,color_primaries,pix_fmt,width,height,sample_aspect_ratio';
  return { output, file, stream: (await probeFile(file, '-show_entries', entries)).streams[0] };
};
const near = (values: readonly (number | undefined)[], expected: readonly number[], distance: number) => {
  for (const [n, value] of expected.entries()) {
    expect(Math.abs((values[n] ?? Number.NaN) - value), `value ${n}: ${values} for ${expected}`).toBeLessThanOrEqual(
      distance,
    );
  }
};
/** The luma of 8 bits that shows light of so many cd/m² where white has 203. */
const level = (light: number) => Math.round(16 + 219 * (light / 203) ** (1 / 2.4));

describe.skipIf(found.ffprobe === undefined)('high dynamic range for 8 bits', () => {
  it('maps patches of PQ to levels of BT.709: black, dark and middle as they are, white at 85 %', async () => {
    // 0, 10, 50, 100, 203 and 1000 cd/m².
    const made = [...patches([64, 327, 450, 509, 573, 723], 'yuv420p10le', 512), ...lossless];
    const source = await makeSource(at('pq.mkv'), [...made, ...tags('smpte2084', 'bt2020', 'bt2020nc')]);
    const { output, file, stream } = await run(source);
    const luma = (await storedValues(file, centres)).map(([y]) => y);
    near(luma, [16, level(10), level(50), 174, 202, 235], 3);
    for (const [, u, v] of await storedValues(file, centres)) near([u, v], [128, 128], 2);
    expect(stream).toMatchObject({ ...bt709, pix_fmt: 'yuv420p' });
    expect(output.warnings).toContainEqual(expect.stringContaining('mapped to BT.709'));
  });

  it('maps HLG likewise: its white of 75 % is that of PQ', async () => {
    const made = [...patches([64, 283, 502, 612, 721, 940], 'yuv420p10le', 512), ...lossless];
    const source = await makeSource(at('hlg.mkv'), [...made, ...tags('arib-std-b67', 'bt2020', 'bt2020nc')]);
    const { file, stream } = await run(source);
    const luma = (await storedValues(file, centres)).map(([y]) => y);
    near([luma[0], luma[4], luma[5]], [16, 202, 235], 3);
    expect(stream).toMatchObject(bt709);
  });

  it('keeps a saturated colour that both have', async () => {
    // BT.709 red at 100 cd/m² as BT.2020 in PQ.
    const source = await makeSource(at('red.mkv'), [
      ...['-f', 'lavfi', '-i', 'color=black:size=64x64:rate=10:duration=0.3,format=gbrp10le'],
      ...['-vf', "geq=r='473':g='278':b='181',scale=out_color_matrix=bt2020:out_range=tv,format=yuv444p10le"],
      ...['-c:v', 'ffv1', ...tags('smpte2084', 'bt2020', 'bt2020nc')],
    ]);
    const { file } = await run(source);
    const [[y = 0, u = 0, v = 0] = []] = await storedValues(file, [[32, 32]]);
    // Red alone, at the level of a grey of 100 cd/m² (0.721). Next to black, a step of the source is several here.
    near([y, u, v], [50, 109, 209], 10);
  });
});

describe.skipIf(found.ffprobe === undefined)('standard video', () => {
  const six = [16, 60, 104, 148, 192, 235];
  const h264 = [...quick, '-crf', '4'];
  it('squeezes the full range into the limited one', async () => {
    const made = [...patches(six, 'yuvj420p', 128), '-c:v', 'mjpeg', '-q:v', '2'];
    const source = await makeSource(at('full.mkv'), [...made, '-color_range', 'pc']);
    expect((await probeFile(source, '-show_streams')).streams[0]).toMatchObject({ color_range: 'pc' });
    const { file, stream } = await run(source);
    near(
      (await storedValues(file, centres)).map(([y]) => y),
      six,
      2,
    );
    expect(stream).toMatchObject({ color_range: 'tv', color_space: 'bt470bg' });
  });

  it('keeps BT.601 as it is, and says so', async () => {
    const args = [...patches(six, 'yuv420p', 90), ...h264, ...tags('smpte170m', 'smpte170m', 'smpte170m')];
    const { file, stream } = await run(await makeSource(at('601.mp4'), args));
    for (const [n, [y, u, v]] of (await storedValues(file, centres)).entries())
      near([y, u, v], [six[n] ?? 0, 90, 90], 2);
    expect(stream).toMatchObject({
      color_space: 'smpte170m',
      color_primaries: 'smpte170m',
      color_transfer: 'smpte170m',
    });
  });

  it('keeps grey of video at its levels, and 4:4:4 and RGB at their colours', async () => {
    const grey = await run(
      await makeSource(at('grey.mp4'), [...patches(six, 'yuv420p', 128), ...quick, '-pix_fmt', 'gray']),
    );
    near(
      (await storedValues(grey.file, centres)).map(([y]) => y),
      six,
      3,
    );
    const red = ['-f', 'lavfi', '-i', 'color=0xC03020:size=64x64:rate=10:duration=0.3'];
    const rgb = await run(await makeSource(at('rgb.mkv'), [...red, '-pix_fmt', 'bgr0', '-c:v', 'ffv1']));
    // By BT.709: Y = 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B).
    near((await storedValues(rgb.file, [[32, 32]]))[0] ?? [], [82, 107, 192], 2);
    expect(rgb.stream).toMatchObject(bt709);
    const to444 = [
      '-vf',
      'scale=out_color_matrix=bt709:out_range=tv',
      '-pix_fmt',
      'yuv444p',
      '-c:v',
      'libx264',
      '-qp',
      '1',
    ];
    const full = await run(await makeSource(at('444.mp4'), [...red, ...to444, ...tags('bt709', 'bt709', 'bt709')]));
    near((await storedValues(full.file, [[32, 32]]))[0] ?? [], [82, 107, 192], 3);
  });
});

describe.skipIf(found.ffprobe === undefined)('high dynamic range for 10 bits', () => {
  it('is kept in HEVC, with its light, and mapped for thumbnails', async () => {
    const made = [
      ...patches([64, 327, 450, 509, 573, 723], 'yuv420p10le', 512),
      '-c:v',
      'libx265',
      '-pix_fmt',
      'yuv420p10le',
    ];
    const light =
      'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400';
    const x265 = [
      '-preset',
      'ultrafast',
      '-x265-params',
      `log-level=none:lossless=1:hdr10=1:repeat-headers=1:${light}`,
    ];
    const source = await makeSource(at('hdr10.mp4'), [...made, ...x265, ...tags('smpte2084', 'bt2020', 'bt2020nc')]);
    const { output, out } = await runJob(folder.path, source, {
      ladder: [{ width: 4096 }],
      outputs: [
        { kind: 'hls' },
        { kind: 'mp4' },
        { kind: 'thumbnails', everySeconds: 1, width: 240, columns: 1, rows: 1 },
      ],
      video: { codec: 'hevc', bitDepth: 10, preset: 'ultrafast', rateControl: { mode: 'crf', crf: 4 } },
    });
    const file = join(out, output.renditions[0]?.mp4?.$part ?? '');
    const { streams } = await probeFile(file, '-show_streams');
    expect(streams[0]).toMatchObject({
      pix_fmt: 'yuv420p10le',
      color_range: 'tv',
      color_space: 'bt2020nc',
      color_transfer: 'smpte2084',
      color_primaries: 'bt2020',
    });
    const { frames } = (await probeFile(file, '-show_frames', '-read_intervals', '%+#1')) as unknown as {
      frames: { side_data_list: object[] }[];
    };
    expect(frames[0]?.side_data_list).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ max_content: 1000, max_average: 400 }),
        expect.objectContaining({ red_x: '34000/50000', max_luminance: '10000000/10000' }),
      ]),
    );
    near(
      (await storedValues(file, centres)).map(([y]) => y),
      [16, 82, 112, 127, 143, 181],
      2,
    );
    expect(output.warnings).not.toContainEqual(expect.stringContaining('mapped'));
    // White of 203 cd/m² comes to 85 %; reading squeezes JPEG's full range.
    const still = (await storedValues(join(out, 'thumbnails/sprite-0001.jpg'), centres)).map(([y]) => y);
    near([still[0], still[4], still[5]], [16, 202, 235], 4);
  });
});
