import type { VideoStream } from '../../media/media-probe.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';
import { isGamut } from './colour-gamut.ts';
import type { DynamicRange } from './tone-map.ts';

/** The colours of pictures, in ffmpeg's words: all that a player must know to show them right. */
export interface Colour {
  readonly range: 'tv' | 'pc';
  readonly matrix: string;
  readonly primaries: string;
  readonly transfer: string;
}

/** What a source's colours are; where it says nothing, what they must be. */
export interface SourceColour extends Colour {
  readonly layout: 'yuv' | 'rgb' | 'grey';
  readonly hasAlpha: boolean;
  readonly dynamicRange: DynamicRange;
}

/** Matrices that ffmpeg's scaler knows, and its names for them. */
export const SCALER_MATRICES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  smpte170m: 'smpte170m',
  bt470bg: 'bt470',
  smpte240m: 'smpte240m',
  fcc: 'fcc',
  bt2020nc: 'bt2020',
};

/** Codecs of single pictures: what they call grey has the full range, and their YUV is JPEG's. */
const PICTURE_CODECS = new Set(['mjpeg', 'jpeg2000', 'png', 'apng', 'gif', 'bmp', 'tiff', 'webp']);

/** Reads the colours of a source. @throws TranscodeFailure for colours that nothing here can show right */
export function sourceColour(video: VideoStream): SourceColour {
  const { pixelFormat, colour: tags } = video;
  const layout = layoutOf(pixelFormat);
  const transfer = tags?.transfer;
  const dynamicRange = transfer === 'smpte2084' ? 'pq' : transfer === 'arib-std-b67' ? 'hlg' : 'sdr';
  const assumed = assume(video, dynamicRange);
  const matrix = layout === 'rgb' ? 'gbr' : tags?.matrix === 'gbr' ? assumed : (tags?.matrix ?? assumed);
  const primaries = tags?.primaries ?? (matrix === 'gbr' ? 'bt709' : primariesOf(matrix));
  const isUnknown = layout === 'yuv' && SCALER_MATRICES[matrix] === undefined;
  if (video.dolbyVisionProfile === 5) throw unsupported('Dolby Vision profile 5');
  if (isUnknown) throw unsupported(`the colour matrix \`${matrix}\``);
  if (dynamicRange !== 'sdr' && !isGamut(primaries))
    throw unsupported(`high dynamic range in \`${primaries}\` colours`);
  const isFull = layout === 'rgb' || pixelFormat.startsWith('yuvj') || PICTURE_CODECS.has(video.codec);
  return {
    layout,
    range: layout === 'rgb' ? 'pc' : (tags?.range ?? (isFull ? 'pc' : 'tv')),
    matrix,
    primaries,
    transfer: transfer ?? (layout === 'rgb' ? 'iec61966-2-1' : matrix === 'bt709' ? 'bt709' : 'smpte170m'),
    dynamicRange,
    hasAlpha: /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8)/.test(pixelFormat) || video.hasAlphaLayer === true,
  };
}

function layoutOf(pixelFormat: string): SourceColour['layout'] {
  if (/^(gray|ya\d|mono)/.test(pixelFormat)) return 'grey';
  return /^(0?rgb|0?bgr|gbr|argb|abgr|x2rgb|x2bgr|pal8)/.test(pixelFormat) ? 'rgb' : 'yuv';
}

/** Television of high definition is BT.709, that before it BT.601. */
function assume(video: VideoStream, range: DynamicRange): string {
  if (range !== 'sdr') return 'bt2020nc';
  if (PICTURE_CODECS.has(video.codec)) return 'smpte170m';
  const { width, height } = video;
  if (Math.max(width, height) >= 1280 || Math.min(width, height) > 576) return 'bt709';
  return Math.min(width, height) === 576 ? 'bt470bg' : 'smpte170m';
}

function primariesOf(matrix: string): string {
  if (matrix === 'bt2020nc') return 'bt2020';
  return matrix === 'bt709' || matrix === 'bt470bg' ? matrix : 'smpte170m';
}

function unsupported(what: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'source-colour-unsupported',
    message: `The source has ${what}, which can not be shown right here`,
    hint: 'Convert the source to HDR10, HLG or BT.709.',
    recovery: 'fix-request',
  });
}
