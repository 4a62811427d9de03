import { expect, it } from 'vitest';
import { pictureSettingsSchema } from '../../capability/picture-settings.ts';
import { drawnName, solidFilter } from './drawn-colour.ts';
import { overlayFilters } from './overlay-filters.ts';

const HD = { range: 'tv', matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' } as const;
const PQ = { range: 'tv', matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084' } as const;
const image = { path: "/jobs/1/in/it's;[a]", format: 'png_pipe', width: 200, height: 100 } as const;

it('draws the watermark, then subtitles, then texts, with names and paths as one value each', () => {
  const picture = pictureSettingsSchema.parse({
    watermark: { image: { $part: 'x' }, width: 0.1, opacity: 0.5 },
    texts: [{ text: "'; [v0]drawtext" }, { clock: 'source', font: 'mono', position: 'top', box: {} }],
  });
  const input = {
    ...{ picture, image, burned: '/tmp/burned.vtt', textFiles: new Map([[0, '/tmp/text-0.txt']]), table: undefined },
    ...{ canvas: HD, clipStartSeconds: 2.5 },
  };
  expect(
    overlayFilters(input, { width: 1920, height: 1080, label: 'v0', bits: 8 }).split(/(?<=[;,])/),
  ).toMatchInlineSnapshot(`
    [
      "[under-v0];",
      "movie=filename=/jobs/1/in/it\\\\\\'s\\;",
      "\\[a\\]:format_name=png_pipe,",
      "format=gbrap,",
      "premultiply=inplace=1,",
      "scale=192:96:flags=bicubic,",
      "format=gbrap,",
      "unpremultiply=inplace=1,",
      "format=rgba,",
      "colorchannelmixer=aa=0.5,",
      "scale=flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv,",
      "format=yuva420p[mark-v0];",
      "[under-v0][mark-v0]overlay=x=1696:y=32:format=yuv420,",
      "setpts=PTS+2.5/TB,",
      "subtitles=filename=/tmp/burned.vtt,",
      "setpts=PTS-2.5/TB,",
      "drawtext=font=Sans:textfile=/tmp/text-0.txt:expansion=none:fontsize=54:fontcolor=0xffffff:x=32:y=h-text_h-32,",
      "drawtext=font=Monospace:text=%{pts\\\\:hms\\\\:2.5}:fontsize=54:fontcolor=0xffffff:x=(w-text_w)/2:y=32:box=1:boxcolor=0x000000@0.5:boxborderw=14",
    ]
  `);
});

it('draws nothing where nothing is asked for', () => {
  const input = {
    ...{ picture: pictureSettingsSchema.parse({}), image: undefined, burned: undefined, textFiles: new Map() },
    ...{ table: undefined, canvas: HD, clipStartSeconds: 0 },
  };
  expect(overlayFilters(input, { width: 1920, height: 1080, label: 'v0', bits: 8 })).toBe('');
});

it.each([
  ['#ffffff', HD, 8, 'lutyuv=y=235:u=128:v=128'],
  ['#ff0000', HD, 8, 'lutyuv=y=63:u=102:v=240'],
  ['#ff0000', { ...HD, matrix: 'smpte170m' }, 8, 'lutyuv=y=81:u=90:v=240'],
  ['#0000ff', HD, 10, 'lutyuv=y=127:u=960:v=471'],
  ['#ff8000', { ...HD, layout: 'rgb' as const }, 8, 'lutrgb=r=255:g=128:b=0'],
  // 203 cd/m² in PQ.
  ['#ffffff', PQ, 10, 'lutyuv=y=573:u=512:v=512'],
] as const)('makes %s of %j', (colour, canvas, bits, filter) => {
  expect(solidFilter(colour, canvas, bits)).toBe(filter);
});

it('names colours for ffmpeg', () => {
  expect([drawnName('#ff8800', HD), drawnName('#FF8800', HD, 0.5), drawnName('#ffffff', PQ)]).toEqual([
    ...['0xff8800', '0xff8800@0.5', '0x949494'],
  ]);
});
