import { join } from 'node:path';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSource, picture, quick, tone } from './make-source.ts';
import { flashAndBeep, pictureTimes, probeFile, storedValues } from './read-pictures.ts';
import { runJob, scratch } from './run-job.ts';

const found = await findFfmpeg();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(() => folder[Symbol.asyncDispose]());
const at = (name: string) => join(folder.path, name);

/** Black, white from `flash` seconds on; silent, loud from `beep` seconds on. */
const flashing = (flash: number, seconds: number) => [
  ...['-f', 'lavfi', '-i', `color=black:size=160x90:rate=25:duration=${seconds}`],
  ...['-vf', `drawbox=c=white:t=fill:enable='gte(t,${flash})'`],
];
const beeping = (beep: number, seconds: number) => [
  ...['-f', 'lavfi', '-i', `aevalsrc='if(gte(t,${beep}),0.5*sin(2764*t),0)':s=48000:d=${seconds}`],
];

describe.skipIf(found.ffprobe === undefined)('sound and pictures stay together', () => {
  const make = async (name: string, before: string[], flash: number, beep: number) => {
    const args = [...beeping(beep, 2), '-c:a', 'aac', '-b:a', '96k'];
    const sound = await makeSource(at(`${name}-sound.m4a`), args);
    const video = await makeSource(at(`${name}-video.mp4`), [...flashing(flash, 2), ...quick]);
    return makeSource(at(name), [...before, ...['-i', video, '-i', sound, '-map', '0:v', '-map', '1:a', '-c', 'copy']]);
  };
  const late = async (name: string, which: 'sound' | 'pictures') => {
    // Both flash and beep at 1 s of the whole; the late one is 0.5 s younger.
    const sound = await makeSource(at(`${name}-s.m4a`), [...beeping(which === 'sound' ? 0.5 : 1, 2), '-c:a', 'aac']);
    const video = await makeSource(at(`${name}-v.mp4`), [...flashing(which === 'pictures' ? 0.48 : 1, 2), ...quick]);
    const offset = (one: string) => (one === which ? ['-itsoffset', one === 'sound' ? '0.5' : '0.52'] : []);
    return makeSource(at(name), [
      ...[
        ...offset('pictures'),
        '-i',
        video,
        ...offset('sound'),
        '-i',
        sound,
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-c',
        'copy',
      ],
    ]);
  };
  const sources: [string, () => Promise<string>][] = [
    ['sound that starts late', () => late('late-sound.mp4', 'sound')],
    ['pictures that start late', () => late('late-pictures.mp4', 'pictures')],
    ['sound that starts late, in a transport stream', () => late('late-sound.ts', 'sound')],
    ['pictures that start late, in Matroska', () => late('late-pictures.mkv', 'pictures')],
    [
      'an edit list that hides the start',
      async () => {
        const whole = await make('whole.mp4', [], 1.4, 1.4);
        // Cut between keyframes: the pictures before 0.4 s stay in the file, and the list hides them.
        return makeSource(at('edit-list.mp4'), ['-ss', '0.4', '-i', whole, '-c', 'copy', '-map', '0']);
      },
    ],
    [
      'times below zero',
      async () => {
        const whole = await make('whole-negative.mkv', [], 1.4, 1.4);
        const shift = ['-output_ts_offset', '-0.4', '-avoid_negative_ts', 'disabled'];
        return makeSource(at('negative.mkv'), ['-i', whole, '-c', 'copy', '-map', '0', ...shift]);
      },
    ],
  ];
  it.each(sources)('%s', async (_, source) => {
    const { output, out } = await runJob(folder.path, await source(), { outputs: [{ kind: 'hls' }, { kind: 'mp4' }] });
    const { flash, beep } = await flashAndBeep(join(out, output.renditions[0]?.mp4?.$part ?? ''));
    expect(Math.abs(flash - beep)).toBeLessThan(0.045);
    expect(output.audio?.durationMs).toBeGreaterThan(1500);
    for (const playlist of [output.renditions[0]?.playlist, output.audio?.playlist]) {
      const { streams } = await probeFile(join(out, playlist?.$part ?? ''), '-show_entries', 'stream=start_time');
      expect(Number(streams[0]?.start_time)).toBeLessThan(0.12);
    }
  });

  it.each([
    ['longer sound', 1, 2.4],
    ['longer pictures', 2.4, 1],
  ])('keeps each to its length: %s', async (name, pictures, sound) => {
    const file = at(`${name.replaceAll(' ', '-')}.mp4`);
    const source = await makeSource(file, [...picture('160x90', 25, pictures), ...tone(sound), ...quick]);
    const { output } = await runJob(folder.path, source, {});
    expect(output.renditions[0]?.durationMs).toBeCloseTo(pictures * 1000, 1);
    expect(Math.abs((output.audio?.durationMs ?? 0) - sound * 1000)).toBeLessThan(45);
  });
});

describe.skipIf(found.ffprobe === undefined)('a variable rate', () => {
  // 30 pictures a second, then 10, then 30: as a screen is recorded.
  const irregular = "select='lt(t,1)+gt(t,2)+not(mod(n,3))'";
  let source: string;
  beforeAll(async () => {
    const args = [
      ...picture('160x90', 30, 3),
      '-vf',
      irregular,
      '-vsync',
      'vfr',
      '-enc_time_base',
      '1/90000',
      ...quick,
    ];
    source = await makeSource(at('variable.mp4'), args);
  });
  const ladder = [{ height: 90 }, { height: 60 }, { height: 36 }];

  it('is kept: every picture at its time, all renditions with the same times and keyframes', async () => {
    const before = (await pictureTimes(source)).all;
    const { output, out } = await runJob(folder.path, source, {
      ladder,
      outputs: [{ kind: 'hls', segmentSeconds: 1 }, { kind: 'mp4' }],
      video: { codec: 'h264', keyframeSeconds: 0.5 },
      picture: { frameTiming: 'source' },
      quality: { psnr: true },
    });
    const times = await Promise.all(output.renditions.map(({ mp4 }) => pictureTimes(join(out, mp4?.$part ?? ''))));
    const [first] = times;
    expect(first?.all.length).toBe(before.length);
    for (const [n, time] of before.entries()) {
      expect((first?.all[n] ?? 0) - (first?.all[0] ?? 0)).toBeCloseTo(time - (before[0] ?? 0), 2);
    }
    const fromStart = (list: number[]) => list.map((time) => time - (list[0] ?? 0));
    for (const [n, time] of fromStart(first?.keys ?? []).entries()) {
      expect(time - n * 0.5).toBeGreaterThanOrEqual(-0.002);
      expect(time - n * 0.5).toBeLessThan(0.101);
    }
    expect(first?.keys.length).toBe(6);
    for (const one of times) expect(one).toEqual(first);
    expect(output.renditions.map(({ frames }) => frames)).toEqual(ladder.map(() => before.length));
    for (const { psnr } of output.renditions) expect(psnr).toBeGreaterThan(28);
    expect(output.outputs[0]).toMatchObject({ kind: 'hls', segments: 9 });
  });

  it('is made constant by default', async () => {
    const { output, out } = await runJob(folder.path, source, { outputs: [{ kind: 'mp4' }] });
    const { all } = await pictureTimes(join(out, output.renditions[0]?.mp4?.$part ?? ''));
    const gaps = all.slice(1).map((time, n) => time - (all[n] ?? 0));
    for (const gap of gaps) expect(gap).toBeCloseTo(1 / (output.renditions[0]?.frameRate ?? 0), 3);
  });

  it('is thinned to a limit', async () => {
    const { output, out } = await runJob(folder.path, source, {
      outputs: [{ kind: 'mp4' }],
      video: { codec: 'h264', maxFrameRate: 15 },
      picture: { frameTiming: 'source' },
    });
    const { all } = await pictureTimes(join(out, output.renditions[0]?.mp4?.$part ?? ''));
    for (const [n, time] of all.slice(1).entries()) expect(time - (all[n] ?? 0)).toBeGreaterThan(1 / 15 - 0.003);
  });
});

describe.skipIf(found.ffprobe === undefined)('every rate', () => {
  it.each([
    [1, 3],
    [120, 1],
  ])('%d pictures a second', async (rate, seconds) => {
    const source = await makeSource(at(`rate-${rate}.mp4`), [...picture('160x90', rate, seconds), ...quick]);
    const { output } = await runJob(folder.path, source, {});
    expect(output.renditions[0]).toMatchObject({ frames: rate * seconds, frameRate: rate });
  });
});

describe.skipIf(found.ffprobe === undefined)('interlaced pictures', () => {
  const fields = (scan: string) => `interlace=scan=${scan}:lowpass=0`;
  /** A white block that moves to the right fast: two fields of it are combed. */
  const moving = (size: string, rate: number) => [
    ...['-f', 'lavfi', '-i', `color=black:size=${size}:rate=${rate}:duration=2`],
    ...['-f', 'lavfi', '-i', `color=white:size=60x60:rate=${rate}:duration=2`],
  ];
  const slide = "overlay=x='mod(n*8,W-60)':y=40";
  const made = (name: string, size: string, rate: number, filters: string, ...args: string[]) =>
    makeSource(at(name), [...moving(size, rate), '-filter_complex', `${slide},${filters}`, ...quick, ...args]);
  const flags = ['-flags', '+ildct+ilme'];

  /** How much neighbouring lines differ where the block is: combing is much. */
  const combing = async (file: string, width: number) => {
    const places = Array.from({ length: 40 }, (_, line) =>
      Array.from({ length: width / 4 }, (_, x) => [x * 4, 50 + line] as const),
    );
    const values = (await storedValues(file, places.flat(), 10)).map(([y]) => y as number);
    const row = width / 4;
    let sum = 0;
    for (let n = row; n < values.length; n += 1) sum += Math.abs((values[n] as number) - (values[n - row] as number));
    return sum / values.length;
  };
  const mp4 = async (source: string, picture: object = {}) => {
    const { output, out } = await runJob(folder.path, source, {
      outputs: [{ kind: 'mp4' }],
      ladder: [{ width: 4096 }],
      picture,
    });
    return { output, file: join(out, output.renditions[0]?.mp4?.$part ?? '') };
  };

  it('become whole pictures: one for a frame, or one for a field', async () => {
    const source = await made('fields.mp4', '320x180', 50, fields('tff'), ...flags);
    const frame = await mp4(source);
    expect([frame.output.renditions[0]?.frames, frame.output.renditions[0]?.frameRate]).toEqual([50, 25]);
    expect(await combing(frame.file, 320)).toBeLessThan(4);
    const field = await mp4(source, { deinterlace: { pictureFor: 'field' } });
    expect([field.output.renditions[0]?.frames, field.output.renditions[0]?.frameRate]).toEqual([100, 50]);
    expect(await combing(field.file, 320)).toBeLessThan(4);
    const never = await mp4(source, { deinterlace: { when: 'never' } });
    expect(await combing(never.file, 320)).toBeGreaterThan(8);
    const { streams } = await probeFile(frame.file, '-show_entries', 'stream=field_order');
    expect(streams[0]).toMatchObject({ field_order: 'progressive' });
  });

  it('are found where the source calls them whole', async () => {
    const source = await made('lie.mp4', '720x576', 50, `${fields('bff')},setfield=prog`);
    expect((await probeFile(source, '-show_entries', 'stream=field_order')).streams[0]).toMatchObject({
      field_order: 'progressive',
    });
    expect(await combing((await mp4(source)).file, 720)).toBeLessThan(4);
  });

  it('are not made of whole pictures that are called fields', async () => {
    const source = await made('psf.mp4', '320x180', 25, 'setfield=tff', ...flags);
    const { file } = await mp4(source);
    const [before, after] = await Promise.all([
      storedValues(source, [[100, 60]], 12),
      storedValues(file, [[100, 60]], 12),
    ]);
    expect(Math.abs((before[0]?.[0] ?? 0) - (after[0]?.[0] ?? 0))).toBeLessThan(6);
  });

  it('of telecined film stay 30 a second, and the result says so', async () => {
    const source = await made('film.mp4', '720x480', 24, 'telecine=pattern=23,setfield=tff', ...flags);
    const { output } = await mp4(source);
    expect(output.renditions[0]?.frameRate).toBe(30);
    expect(output.warnings).toContainEqual(expect.stringContaining('3:2 pulldown'));
  });
});
