import type { VideoStream } from '../../media/media-probe.ts';
import { isGamut } from './colour-gamut.ts';
import { type Colour, SCALER_MATRICES, type SourceColour } from './source-colour.ts';
import { toneMap } from './tone-map.ts';
import { writeCube } from './write-cube.ts';

/** How the colours of a source become those of the renditions. */
export interface PlannedColour {
  readonly source: SourceColour;
  /** Of every rendition. */
  readonly target: Colour;
  /** The text of a table that maps tones and gamut to BT.709; undefined where a matrix and a range are all that differ. */
  readonly cube: string | undefined;
  /** High dynamic range stays as it is in renditions; JPEG still goes through the table. */
  readonly isKept: boolean;
  readonly warnings: readonly string[];
}

const STANDARD: Colour = { range: 'tv', matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' };
/** Where neither the stream nor its container tells. */
const PEAK = 1000;

/**
 * Plans colours: standard video keeps its own and says so; high dynamic range and wide gamuts become BT.709, or are kept where the encoder
 * has the bits for it.
 *
 * @throws TranscodeFailure for colours that nothing here can show right
 */
export function planColour(source: SourceColour, video: VideoStream, keeps = false): PlannedColour {
  const { dynamicRange, primaries } = source;
  const isWide = (primaries === 'bt2020' || primaries === 'smpte432') && isGamut(primaries);
  if (dynamicRange === 'sdr' && !isWide)
    return { source, target: standardTarget(source), cube: undefined, isKept: false, warnings: [] };
  const told = video.contentLight?.max ?? video.masteringDisplay?.maxLuminance ?? PEAK;
  const peak = Math.min(10_000, Math.max(400, told));
  const cube = writeCube(toneMap({ range: dynamicRange, primaries, peak }));
  if (dynamicRange !== 'sdr' && keeps && source.layout === 'yuv') {
    const { matrix, transfer } = source;
    return { source, target: { range: 'tv', matrix, primaries, transfer }, cube, isKept: true, warnings: [] };
  }
  const name = { pq: 'HDR (PQ)', hlg: 'HDR (HLG)', sdr: 'a wide gamut' }[dynamicRange];
  return {
    source,
    target: STANDARD,
    cube,
    isKept: false,
    warnings: [`The source has ${name}: it was mapped to BT.709.`],
  };
}

/** Values in YUV stay as they are; RGB becomes BT.709. */
function standardTarget({ layout, matrix, primaries, transfer }: SourceColour): Colour {
  if (layout === 'rgb') return { ...STANDARD, primaries };
  if (matrix === 'bt709' || matrix === 'smpte170m' || matrix === 'bt470bg')
    return { range: 'tv', matrix, primaries, transfer };
  return { range: 'tv', matrix: 'bt709', primaries, transfer };
}

/** Options of ffmpeg's scaler that turn one kind of values into another; none where they are the same. */
export function scalerOptions(from: Colour & { readonly layout?: SourceColour['layout'] }, to: Colour): string {
  const options: string[] = [];
  const [before, after] = [SCALER_MATRICES[from.matrix], SCALER_MATRICES[to.matrix]];
  const isRgb = from.layout === 'rgb';
  if (isRgb || (before !== after && from.layout !== 'grey')) {
    if (!isRgb && before !== undefined) options.push(`in_color_matrix=${before}`);
    if (after !== undefined) options.push(`out_color_matrix=${after}`);
  }
  if (from.range !== to.range || from.layout === 'grey' || isRgb) {
    if (!isRgb) options.push(`in_range=${from.range}`);
    options.push(`out_range=${to.range}`);
  }
  return options.map((option) => `:${option}`).join('');
}

/** Writes the colours into what encoders see. */
export function tagFilter({ range, matrix, primaries, transfer }: Colour): string {
  return `setparams=range=${range}:color_primaries=${primaries}:color_trc=${transfer}:colorspace=${matrix}`;
}
