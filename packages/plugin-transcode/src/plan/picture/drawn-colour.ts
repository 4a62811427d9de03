import type { Triple } from './colour-gamut.ts';
import type { Colour, SourceColour } from './source-colour.ts';
import { toHighRange } from './tone-map.ts';

/** What drawn colours must fit to. */
export type Canvas = Colour & Partial<Pick<SourceColour, 'layout'>>;

/** Shares of red and blue in luma. */
const WEIGHTS: Readonly<Record<string, readonly [red: number, blue: number]>> = {
  bt709: [0.2126, 0.0722],
  smpte170m: [0.299, 0.114],
  bt470bg: [0.299, 0.114],
  smpte240m: [0.212, 0.087],
  fcc: [0.3, 0.11],
  bt2020nc: [0.2627, 0.0593],
};

/** A colour of the web as a signal of RGB, 0 to 1, on a canvas: in high dynamic range white is as bright as paper, not as the sun. */
export function drawnSignal(colour: string, canvas: Canvas): Triple {
  const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255) as unknown as Triple;
  const range = canvas.transfer === 'smpte2084' ? 'pq' : canvas.transfer === 'arib-std-b67' ? 'hlg' : undefined;
  return range === undefined ? rgb : toHighRange(range, canvas.primaries)(rgb);
}

/** The same in ffmpeg's words. */
export function drawnName(colour: string, canvas: Canvas, opacity = 1): string {
  const bytes = drawnSignal(colour, canvas).map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `0x${hex}${opacity === 1 ? '' : `@${Number(opacity.toFixed(3))}`}`;
}

/** A filter that makes every pixel of a picture one colour: exact values, whatever matrix ffmpeg's own drawing knows. */
export function solidFilter(colour: string, canvas: Canvas, bits: 8 | 10): string {
  const [r, g, b] = drawnSignal(colour, canvas);
  if (canvas.layout === 'rgb') {
    const [red, green, blue] = [r, g, b].map((value) => Math.round(value * (2 ** bits - 1)));
    return `lutrgb=r=${red}:g=${green}:b=${blue}`;
  }
  const [kr, kb] = WEIGHTS[canvas.matrix] ?? [0.2126, 0.0722];
  const luma = kr * r + (1 - kr - kb) * g + kb * b;
  const [cb, cr] = [(b - luma) / (2 * (1 - kb)), (r - luma) / (2 * (1 - kr))];
  const step = 2 ** (bits - 8);
  const [black, span, half] = canvas.range === 'pc' ? [0, 255, 255] : [16, 219, 224];
  const most = 2 ** bits - 1;
  const value = (number: number) => Math.min(most, Math.max(0, Math.round(number * step)));
  return `lutyuv=y=${value(black + span * luma)}:u=${value(128 + half * cb)}:v=${value(128 + half * cr)}`;
}
