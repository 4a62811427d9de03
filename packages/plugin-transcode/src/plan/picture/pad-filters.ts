import { type Canvas, drawnName, solidFilter } from './drawn-colour.ts';
import type { Composition, Size } from './plan-composition.ts';

export interface PadOptions {
  readonly place: ReturnType<Composition['place']>;
  readonly colour: string;
  readonly canvas: Canvas;
  /** Makes names in the graph that nobody else has. */
  readonly label: string;
  /** Of the picture: `jpeg` has the values that ffmpeg's own drawing makes. */
  readonly samples: 8 | 10 | 'jpeg';
}

/** Filters that stand a picture on its canvas; empty where it fills it, else with a comma first. The last chain is open. */
export function padFilters({ width, height }: Size, { place, colour, canvas, label, samples }: PadOptions): string {
  if (place.width === width && place.height === height) return '';
  const pad = `,pad=${width}:${height}:${place.x}:${place.y}`;
  // Black is the same in every matrix; ffmpeg draws all other colours as if the matrix were that of JPEG.
  if (/^#0{6}$/.test(colour)) return pad;
  if (samples === 'jpeg') return `${pad}:color=${drawnName(colour, canvas)}`;
  const format = samples === 10 ? 'yuv420p10' : 'yuv420';
  return [
    `,split=2[inside-${label}][around-${label}]`,
    `[around-${label}]${solidFilter(colour, canvas, samples)},scale=${width}:${height}:flags=neighbor,setsar=1[canvas-${label}]`,
    `[canvas-${label}][inside-${label}]overlay=x=${place.x}:y=${place.y}:format=${format}`,
  ].join(';');
}
