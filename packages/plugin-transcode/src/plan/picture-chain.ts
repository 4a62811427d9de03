import type { TranscodeInput } from '../capability/input.ts';
import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import type { FieldScan } from '../media/parse-field-scan.ts';
import { clippedSeconds } from './clipped-seconds.ts';
import type { HdrMetadata } from './colour-arguments.ts';
import { afterAlpha, alphaFilters } from './picture/alpha-filters.ts';
import { filterValue } from './picture/filter-value.ts';
import { overlayFilters, type WatermarkImage } from './picture/overlay-filters.ts';
import { padFilters } from './picture/pad-filters.ts';
import { type PlannedColour, planColour, scalerOptions, tagFilter } from './picture/plan-colour.ts';
import { planComposition, type Size } from './picture/plan-composition.ts';
import { type PictureTiming, planTiming } from './picture/plan-timing.ts';
import { selectDeinterlace } from './picture/select-deinterlace.ts';
import { type Colour, type SourceColour, sourceColour } from './picture/source-colour.ts';
import { toHighRange } from './picture/tone-map.ts';
import { writeCube } from './picture/write-cube.ts';
import { bitDepthOf } from './plan-encoder.ts';

/** What was found out about a source before it is planned. */
export interface PictureFacts {
  /** What some seconds of it look like, where that was looked at. */
  readonly fields?: FieldScan | undefined;
  /** Folder for the files of the chain. @default the working directory of ffmpeg */
  readonly tmp?: string | undefined;
  /** The image of the watermark. @default none */
  readonly image?: WatermarkImage | undefined;
  /** A file of subtitles to draw, in the time of the source. @default none */
  readonly burned?: string | undefined;
}

/** The way of pictures from the decoder to every output. */
export interface PictureChain {
  readonly timing: PictureTiming;
  /** The size that a viewer sees, from which the ladder is made. */
  readonly size: Size;
  /** Files that ffmpeg reads. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** Of the renditions. */
  readonly colour: Colour;
  /** What players are told about high dynamic range that is kept. */
  readonly hdr: HdrMetadata | undefined;
  readonly warnings: readonly string[];
  /** What is done once, for all: chains whose last one has no label at its end. `sizes` are all that are made. */
  shared(sizes: readonly Size[]): string;
  /** What is done for a rendition: chains, the last of which is open. Two in one graph must have different labels. */
  rendition(size: Size & { readonly pixelFormat: string }, label: string): string;
  /** What is done for pictures in JPEG. */
  still(size: Size, label: string): string;
  /** What is done for pictures in WebP. */
  preview(size: Size, label: string): string;
}

const SCALE = 'flags=bicubic';
/** JPEG is BT.601 with all values. */
const JPEG: Colour = { range: 'pc', matrix: 'smpte170m', primaries: 'bt709', transfer: 'bt709' };

/** Plans the way of a source's pictures. @throws TranscodeFailure for what can't be done right */
export function planPictureChain(
  input: TranscodeInput,
  { probe, video }: { probe: MediaProbe; video: VideoStream },
  facts: PictureFacts,
): PictureChain {
  const deinterlace = selectDeinterlace(input.picture, video, facts.fields);
  const clipSeconds =
    input.clip?.durationSeconds === undefined ? undefined : (clippedSeconds(input, probe.durationSeconds) ?? 1);
  const timing = planTiming(input, video, { factor: deinterlace?.factor ?? 1, clipSeconds });
  const stored = sourceColour(video);
  const source = afterAlpha(stored);
  const bits = bitDepthOf(input.video);
  const colour = planColour(source, video, bits === 10 && input.picture.dynamicRange === 'auto');
  const cube = colour.cube === undefined ? undefined : { path: `${facts.tmp ?? '.'}/tones.cube`, text: colour.cube };
  const composition = planComposition(input.picture, video);
  const { size } = composition;
  // The bare scale gives every picture the first one's size, should it change: other filters take no second size.
  const steps = [
    'scale',
    ...(deinterlace === undefined ? [] : [deinterlace.filter]),
    ...timing.filters,
    // After the timing, which would miss the end of the last picture: overlays do not tell it.
    ...(stored.hasAlpha ? [alphaFilters(stored, video, input.picture.background)] : []),
    ...(composition.crop === undefined ? [] : [composition.crop]),
  ];
  // What the shared part has turned into the colours of the renditions needs no more of that.
  const isMapped = cube !== undefined && !colour.isKept;
  const after = !isMapped ? source : { ...colour.target, layout: 'yuv' as const };
  const { pad } = input.picture;
  const overlays = planOverlays(input, facts, { colour, source });
  return {
    timing,
    size,
    files: [...(cube === undefined ? [] : [cube]), ...overlays.files],
    colour: colour.target,
    hdr: colour.isKept ? { display: video.masteringDisplay, light: video.contentLight } : undefined,
    warnings: [...(deinterlace?.warnings ?? []), ...colour.warnings],
    shared(sizes) {
      const all = [...steps];
      if (isMapped) {
        const most = largest(sizes.map((one) => composition.place(one)));
        all.push(...toneFilters(source, most, { path: cube.path, target: colour.target, bits }));
      }
      return `[0:${video.index}]${all.join(',')}`;
    },
    rendition({ pixelFormat, ...output }, label) {
      const place = composition.place(output);
      const { width, height } = place;
      const scaled = `scale=${width}:${height}:${SCALE}${scalerOptions(after, colour.target)},setsar=1,${tagFilter(colour.target)},format=${pixelFormat}`;
      const around = { place, colour: pad?.colour ?? BLACK, canvas: colour.target, label, samples: bits };
      const drawn = `${padFilters(output, around)}${overlays.filters(output, label)}`;
      return drawn === '' ? scaled : `${scaled}${drawn},format=${pixelFormat}`;
    },
    preview(output, label) {
      return `${small(output, label)},${WEBP}`;
    },
    still: small,
  };

  function small(output: Size, label: string): string {
    const place = composition.place(output);
    const around = { place, colour: pad?.colour ?? BLACK, canvas: JPEG, label, samples: 'jpeg' as const };
    const padded = padFilters(output, around);
    if (cube === undefined || isMapped) return `${jpeg(place, after)}${padded}`;
    const tone = { path: cube.path, target: BT709, bits: 8 as const };
    return `${[...toneFilters(source, place, tone), jpeg(place, { ...BT709, layout: 'yuv' })].join(',')}${padded}`;
  }
}

/** What is drawn over renditions, and the files that it is read from. */
function planOverlays(
  { picture, clip, video }: TranscodeInput,
  { image, burned, tmp = '.' }: PictureFacts,
  { colour, source }: { colour: PlannedColour; source: SourceColour },
): Pick<PictureChain, 'files'> & { filters(output: Size, label: string): string } {
  const texts = picture.texts.flatMap((text, at) =>
    'text' in text ? [{ at, path: `${tmp}/text-${at}.txt`, text: text.text }] : [],
  );
  const range = colour.isKept && source.dynamicRange !== 'sdr' ? source.dynamicRange : undefined;
  const table =
    range === undefined || image === undefined
      ? undefined
      : { path: `${tmp}/marks.cube`, text: writeCube(toHighRange(range, source.primaries)) };
  const bits = bitDepthOf(video);
  const drawn = {
    ...{ picture, image, burned, canvas: colour.target, table: table?.path },
    textFiles: new Map(texts.map(({ at, path }) => [at, path])),
    clipStartSeconds: clip?.startSeconds ?? 0,
  };
  return {
    files: [...texts, ...(table === undefined ? [] : [table])],
    filters: (output, label) => overlayFilters(drawn, { ...output, label, bits }),
  };
}

function jpeg({ width, height }: Size, from: Colour & { readonly layout: SourceColour['layout'] }): string {
  return `scale=${width}:${height}:${SCALE}${scalerOptions(from, JPEG)},setsar=1,format=yuvj420p`;
}

/** Through RGB of 12 bits, at the largest size that is needed. */
function toneFilters(
  source: Colour,
  { width, height }: Size,
  { path, target, bits }: { path: string; target: Colour; bits: 8 | 10 },
): string[] {
  const exact = `${SCALE}+accurate_rnd+full_chroma_int`;
  return [
    `scale=${width}:${height}:${exact}${scalerOptions({ ...source, layout: 'yuv' }, RGB)}`,
    'format=gbrp12le',
    `lut3d=file=${filterValue(path)}:interp=tetrahedral`,
    `scale=${exact}${scalerOptions({ ...RGB, layout: 'rgb' }, target)}`,
    `format=${bits === 10 ? 'yuv420p10le' : 'yuv420p'}`,
    'setsar=1',
  ];
}

const BLACK = '#000000';
/** WebP is as JPEG, with the limited range. */
const WEBP = 'scale=in_range=pc:out_range=tv,format=yuv420p';
const RGB: Colour = { range: 'pc', matrix: 'gbr', primaries: 'bt709', transfer: 'bt709' };
const BT709: Colour = { range: 'tv', matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' };

function largest(sizes: readonly Size[]): Size {
  return sizes.reduce((best, one) => (one.width * one.height > best.width * best.height ? one : best));
}
