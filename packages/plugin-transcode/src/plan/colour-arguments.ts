import type { ColourTags, ContentLight, MasteringDisplay } from '../media/colour-tags.ts';

/** What players of high dynamic range are told about a whole video. */
export interface HdrMetadata {
  readonly display?: MasteringDisplay | undefined;
  readonly light?: ContentLight | undefined;
}

/** Arguments that tag a rendition with its colours. What is not known is left out. */
export function colourArguments({ range, matrix, primaries, transfer }: ColourTags): string[] {
  return [
    ...(range === undefined ? [] : ['-color_range', range]),
    ...(matrix === undefined ? [] : ['-colorspace', matrix]),
    ...(primaries === undefined ? [] : ['-color_primaries', primaries]),
    ...(transfer === undefined ? [] : ['-color_trc', transfer]),
  ];
}

/** The metadata of HDR10 as x265 takes it: chromaticities in steps of 0.00002, luminance in steps of 0.0001 cd/m². */
export function x265HdrParams({ display, light }: HdrMetadata): string[] {
  const params = ['hdr10=1'];
  if (display !== undefined) {
    const point = ([x, y]: readonly [number, number]) => `(${Math.round(x * 50_000)},${Math.round(y * 50_000)})`;
    const nits = `(${Math.round(display.maxLuminance * 10_000)},${Math.round(display.minLuminance * 10_000)})`;
    const { green, blue, red, white } = display;
    params.push(`master-display=G${point(green)}B${point(blue)}R${point(red)}WP${point(white)}L${nits}`);
  }
  if (light !== undefined) params.push(`max-cll=${Math.round(light.max)},${Math.round(light.maxAverage)}`);
  return params;
}

/** The same as SVT-AV1 takes it: chromaticities and luminance as they are. */
export function svtHdrParams({ display, light }: HdrMetadata): string[] {
  const params = ['enable-hdr=1'];
  if (display !== undefined) {
    const point = ([x, y]: readonly [number, number]) => `(${x.toFixed(4)},${y.toFixed(4)})`;
    const { green, blue, red, white, maxLuminance, minLuminance } = display;
    const nits = `(${maxLuminance.toFixed(4)},${minLuminance.toFixed(4)})`;
    params.push(`mastering-display=G${point(green)}B${point(blue)}R${point(red)}WP${point(white)}L${nits}`);
  }
  if (light !== undefined) params.push(`content-light=${Math.round(light.max)},${Math.round(light.maxAverage)}`);
  return params;
}
