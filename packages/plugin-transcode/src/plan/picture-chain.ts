import type { TranscodeInput } from '../capability/input.ts';
import type { MediaProbe, VideoStream } from '../media/media-probe.ts';
import { displaySize } from '../media/media-probe.ts';
import type { FieldScan } from '../media/parse-field-scan.ts';
import { clippedSeconds } from './clipped-seconds.ts';
import type { HdrMetadata } from './colour-arguments.ts';
import { filterValue } from './picture/filter-value.ts';
import { planColour, scalerOptions, tagFilter } from './picture/plan-colour.ts';
import { type PictureTiming, planTiming } from './picture/plan-timing.ts';
import { selectDeinterlace } from './picture/select-deinterlace.ts';
import { type Colour, type SourceColour, sourceColour } from './picture/source-colour.ts';
import { bitDepthOf } from './plan-encoder.ts';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What was found out about a source before it is planned. */
export interface PictureFacts {
  /** What some seconds of it look like, where that was looked at. */
  readonly fields?: FieldScan | undefined;
  /** Folder for the files of the chain. @default the working directory of ffmpeg */
  readonly tmp?: string | undefined;
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
  /** What is done for a rendition. */
  rendition(size: Size & { readonly pixelFormat: string }): string;
  /** What is done for pictures in JPEG. */
  still(size: Size): string;
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
  const source = sourceColour(video);
  const bits = bitDepthOf(input.video);
  const colour = planColour(source, video, bits === 10 && input.picture.dynamicRange === 'auto');
  const cube = colour.cube === undefined ? undefined : { path: `${facts.tmp ?? '.'}/tones.cube`, text: colour.cube };
  const size = displaySize(video);
  // The bare scale gives every picture the first one's size, should it change: other filters take no second size.
  const steps = ['scale', ...(deinterlace === undefined ? [] : [deinterlace.filter]), ...timing.filters];
  // What the shared part has turned into the colours of the renditions needs no more of that.
  const isMapped = cube !== undefined && !colour.isKept;
  const after = !isMapped ? source : { ...colour.target, layout: 'yuv' as const };
  return {
    timing,
    size,
    files: cube === undefined ? [] : [cube],
    colour: colour.target,
    hdr: colour.isKept ? { display: video.masteringDisplay, light: video.contentLight } : undefined,
    warnings: [...(deinterlace?.warnings ?? []), ...colour.warnings],
    shared(sizes) {
      const all = [...steps];
      if (isMapped) all.push(...toneFilters(source, largest(sizes), { path: cube.path, target: colour.target, bits }));
      return `[0:${video.index}]${all.join(',')}`;
    },
    rendition: ({ width, height, pixelFormat }) =>
      `scale=${width}:${height}:${SCALE}${scalerOptions(after, colour.target)},setsar=1,${tagFilter(colour.target)},format=${pixelFormat}`,
    still(size) {
      if (cube === undefined || isMapped) return jpeg(size, after);
      const tone = { path: cube.path, target: BT709, bits: 8 as const };
      return [...toneFilters(source, size, tone), jpeg(size, { ...BT709, layout: 'yuv' })].join(',');
    },
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

const RGB: Colour = { range: 'pc', matrix: 'gbr', primaries: 'bt709', transfer: 'bt709' };
const BT709: Colour = { range: 'tv', matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' };

function largest(sizes: readonly Size[]): Size {
  return sizes.reduce((best, one) => (one.width * one.height > best.width * best.height ? one : best));
}
