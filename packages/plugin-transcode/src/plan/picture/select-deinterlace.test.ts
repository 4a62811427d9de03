import { describe, expect, it } from 'vitest';
import { pictureSettingsSchema } from '../../capability/picture-settings.ts';
import type { FieldOrder, VideoStream } from '../../media/media-probe.ts';
import { parseFieldScan } from '../../media/parse-field-scan.ts';
import { needsFieldScan, selectDeinterlace } from './select-deinterlace.ts';

const video = (height: number, rate: number, fieldOrder?: FieldOrder): VideoStream => ({
  index: 0,
  codec: 'h264',
  width: 720,
  height,
  sampleAspect: { num: 1, den: 1 },
  rotation: 0,
  averageRate: { num: rate, den: 1 },
  realRate: { num: rate, den: 1 },
  pixelFormat: 'yuv420p',
  fieldOrder,
});
const settings = (deinterlace: object) => pictureSettingsSchema.parse({ deinterlace });
const scan = (topFirst: number, bottomFirst: number, progressive: number, repeated = 0) => ({
  topFirst,
  bottomFirst,
  progressive,
  repeated,
  pictures: 75,
});

describe('needsFieldScan', () => {
  it.each([
    ['a claim of fields', video(180, 30, 'top-first'), {}, true],
    ['the size and rate of television', video(576, 25, 'progressive'), {}, true],
    ['another size', video(720, 25, 'progressive'), {}, false],
    ['another rate', video(1080, 30), {}, false],
    ['a decided caller', video(576, 25, 'top-first'), { when: 'always' }, false],
  ])('%s', (_, one, deinterlace, expected) => expect(needsFieldScan(settings(deinterlace), one)).toBe(expected));
});

describe('selectDeinterlace', () => {
  const top = video(576, 25, 'top-first');
  const none = video(576, 25, 'progressive');
  it.each([
    ['fields that are claimed and seen', top, scan(70, 0, 5), {}, 'send_frame:parity=tff'],
    ['fields that are claimed in the wrong order', top, scan(0, 70, 5), {}, 'send_frame:parity=bff'],
    ['whole pictures that are claimed to be fields', top, scan(30, 25, 20), {}, undefined],
    ['fields that nothing claims', none, scan(70, 0, 5), {}, 'send_frame:parity=tff'],
    ['whole pictures with a little combing', none, scan(12, 2, 60), {}, undefined],
    ['a claim over still pictures', top, scan(2, 0, 1), {}, 'send_frame:parity=tff'],
    ['no scan and no claim', none, undefined, {}, undefined],
    ['a picture for each field', top, undefined, { pictureFor: 'field' }, 'send_field:parity=tff'],
    ['always', none, undefined, { when: 'always' }, 'send_frame:parity=auto'],
    ['never', top, scan(70, 0, 5), { when: 'never' }, undefined],
  ] as const)('%s', (_, one, seen, deinterlace, expected) => {
    const selected = selectDeinterlace(settings(deinterlace), one, seen);
    expect(selected?.filter).toBe(expected === undefined ? undefined : `bwdif=mode=${expected}:deint=all`);
    expect(selected?.factor).toBe(expected === undefined ? undefined : expected.startsWith('send_field') ? 2 : 1);
  });

  it('says that film is not restored', () => {
    expect(selectDeinterlace(settings({}), top, scan(40, 0, 20, 30))?.warnings).toEqual([
      expect.stringContaining('3:2 pulldown'),
    ]);
  });
});

it('reads what idet writes', () => {
  const text =
    '[Parsed_idet_0 @ 0x5] Repeated Fields: Neither:    46 Top:    15 Bottom:    14\n' +
    '[Parsed_idet_0 @ 0x5] Single frame detection: TFF:     1 BFF:     1 Progressive:     1 Undetermined:    72\n' +
    '[Parsed_idet_0 @ 0x5] Multi frame detection: TFF:    50 BFF:     3 Progressive:    12 Undetermined:    10\n';
  expect(parseFieldScan(text)).toEqual({ topFirst: 50, bottomFirst: 3, progressive: 12, repeated: 29, pictures: 75 });
  expect(parseFieldScan('nothing')).toBeUndefined();
});
