import { describe, expect, it } from 'vitest';
import type { ColourTags } from '../../media/colour-tags.ts';
import type { VideoStream } from '../../media/media-probe.ts';
import { filterValue } from './filter-value.ts';
import { planColour, scalerOptions } from './plan-colour.ts';
import { sourceColour } from './source-colour.ts';

const video = (
  pixelFormat: string,
  colour: Partial<ColourTags> = {},
  rest: Partial<VideoStream> = {},
): VideoStream => ({
  index: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  sampleAspect: { num: 1, den: 1 },
  rotation: 0,
  averageRate: undefined,
  realRate: undefined,
  pixelFormat,
  colour: { range: undefined, matrix: undefined, primaries: undefined, transfer: undefined, ...colour },
  ...rest,
});
const small = { width: 720, height: 576 };
const bt601 = { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m' };

describe('colours of a source', () => {
  it.each([
    ['nothing said, high definition', video('yuv420p'), 'tv bt709 bt709 bt709', ''],
    ['nothing said, PAL', video('yuv420p', {}, small), 'tv bt470bg bt470bg smpte170m', ''],
    ['nothing said, NTSC', video('yuv420p', {}, { width: 720, height: 480 }), 'tv smpte170m smpte170m smpte170m', ''],
    ['BT.601 in high definition', video('yuv420p', bt601), 'tv smpte170m smpte170m smpte170m', ''],
    ['the full range', video('yuvj420p'), 'tv bt709 bt709 bt709', ':in_range=pc:out_range=tv'],
    ['grey', video('gray'), 'tv bt709 bt709 bt709', ':in_range=tv:out_range=tv'],
    [
      'grey of a single picture',
      video('gray', {}, { codec: 'png' }),
      'tv smpte170m smpte170m smpte170m',
      ':in_range=pc:out_range=tv',
    ],
    ['RGB', video('bgr0'), 'tv bt709 bt709 bt709', ':out_color_matrix=bt709:out_range=tv'],
    [
      'an old matrix',
      video('yuv420p', { matrix: 'smpte240m' }),
      'tv bt709 smpte170m smpte170m',
      ':in_color_matrix=smpte240m:out_color_matrix=bt709',
    ],
  ])('%s', (_, one, target, options) => {
    const source = sourceColour(one);
    const planned = planColour(source, one);
    const { range, matrix, primaries, transfer } = planned.target;
    expect([range, matrix, primaries, transfer].join(' ')).toBe(target);
    expect(scalerOptions(source, planned.target)).toBe(options);
    expect([planned.cube, planned.warnings]).toEqual([undefined, []]);
  });

  it.each([
    ['PQ', video('yuv420p10le', { transfer: 'smpte2084' })],
    ['HLG', video('yuv420p10le', { transfer: 'arib-std-b67', primaries: 'bt2020' })],
    ['BT.2020', video('yuv420p10le', { primaries: 'bt2020', matrix: 'bt2020nc', transfer: 'bt2020-10' })],
    ['P3', video('yuv420p', { primaries: 'smpte432', matrix: 'bt709' })],
  ])('%s goes through a table, and is told', (_, one) => {
    const planned = planColour(sourceColour(one), one);
    expect(planned.target).toEqual({ range: 'tv', matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' });
    expect(planned.cube).toMatch(/^LUT_3D_SIZE 33\n0\.00000 0\.00000 0\.00000\n/);
    expect(planned.warnings).toHaveLength(1);
  });

  it('maps from the brightest light that the source has', () => {
    const one = (max: number) =>
      video('yuv420p10le', { transfer: 'smpte2084' }, { contentLight: { max, maxAverage: 0 } });
    const table = (max: number) => planColour(sourceColour(one(max)), one(max)).cube;
    expect(table(4000)).not.toBe(table(1000));
    expect(table(1)).toBe(table(400));
  });

  it.each([
    ['Dolby Vision without a layer for others', video('yuv420p10le', {}, { dolbyVisionProfile: 5 }), 'Dolby Vision'],
    ['a matrix that the scaler lacks', video('yuv420p', { matrix: 'ycgco' }), 'ycgco'],
    ['PQ in unknown colours', video('yuv420p10le', { transfer: 'smpte2084', primaries: 'film' }), 'film'],
  ])('refuses %s', (_, one, words) => {
    expect(() => sourceColour(one)).toThrow(
      expect.objectContaining({ reason: 'source-colour-unsupported', message: expect.stringContaining(words) }),
    );
  });
});

it('writes any text as one value', () => {
  expect(filterValue("a'b:c\\d[e],f;g")).toBe("a\\\\\\'b\\\\:c\\\\\\\\d\\[e\\]\\,f\\;g");
});
